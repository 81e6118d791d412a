using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Tensors;

/// <summary>Arithmetic whose operands live until the native code has read them.</summary>
/// <remarks>
/// TorchSharp turns numbers into <see cref="Scalar"/>s, whose native memory a finalizer frees. Its own operators hold on to none while the
/// native call runs, so that a collection in that moment frees what is being read: the call fails, or computes with another number. Even
/// <c>a + b</c> of two tensors takes a scalar, the factor 1. Here every scalar outlives its call.
/// </remarks>
public static class TensorArithmetic
{
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b, written over a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a · b.</summary>
    public static Tensor Times(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.mul(scalar);
    }

    /// <summary>a · b, written over a.</summary>
    public static Tensor TimesInPlace(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.mul_(scalar);
    }

    /// <summary>a + factor · b, written over a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b, double factor)
    {
        using var scalar = factor.ToScalar();
        return a.add_(b, scalar);
    }

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.add(scalar, One);
    }

    /// <summary>a + factor · b · c, written over a.</summary>
    public static Tensor PlusProductInPlace(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using var scalar = factor.ToScalar();
        return a.addcmul_(b, c, scalar);
    }

    /// <summary>a + factor · b / c, written over a.</summary>
    public static Tensor PlusQuotientInPlace(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using var scalar = factor.ToScalar();
        return a.addcdiv_(b, c, scalar);
    }
}
