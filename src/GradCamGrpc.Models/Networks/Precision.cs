namespace GradCamGrpc.Models.Networks;

/// <summary>What numbers a network's folded convolutions compute with.</summary>
public enum Precision
{
    /// <summary>Single precision: 24 bits of mantissa.</summary>
    Fp32,

    /// <summary>bfloat16: single precision's range with 8 bits of mantissa; sums inside a convolution are in single precision.</summary>
    Bf16,
}
