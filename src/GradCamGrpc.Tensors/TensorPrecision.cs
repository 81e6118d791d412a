using static TorchSharp.torch;

namespace GradCamGrpc.Tensors;

/// <summary>The precision of a tensor's numbers.</summary>
public static class TensorPrecision
{
    /// <summary>Numbers of less than single precision made single; others as they are, the same tensor.</summary>
    public static Tensor AtLeastSingle(this Tensor values) => values.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? values.to(float32) : values;
}
