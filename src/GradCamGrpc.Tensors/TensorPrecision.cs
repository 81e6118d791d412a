using static TorchSharp.torch;

namespace GradCamGrpc.Tensors;

/// <summary>The precision of a tensor's numbers.</summary>
public static class TensorPrecision
{
    /// <summary>Numbers of less than single precision made single; others as they are.</summary>
    /// <returns>A tensor of its own, to be disposed beside the given one; where nothing is converted it has the same memory.</returns>
    public static Tensor AtLeastSingle(this Tensor values) =>
        values.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? values.to(float32) : values.alias();
}
