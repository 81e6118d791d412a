using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Tensors;

/// <summary>Arithmetic whose operands live until the native code has read them.</summary>
/// <remarks>
/// TorchSharp turns numbers into <see cref="Scalar"/>s, whose native memory a finalizer frees. Its own operators hold on to none while the
/// native call runs, so that a collection in that moment frees what is being read: the call fails, or computes with another number. Even
/// <c>a + b</c> of two tensors takes a scalar, the factor 1; <c>a - b</c>, <c>a * b</c> and <c>a / b</c> of two tensors take none. Here every
/// scalar outlives its call. Tensors have finalizers too: a dispose scope, or a <c>using</c>, is what holds on to them.
/// </remarks>
public static class TensorArithmetic
{
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.add(scalar, One);
    }

    /// <summary>a + b, written over a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a + factor · b, written over a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b, double factor)
    {
        using var scalar = factor.ToScalar();
        return a.add_(b, scalar);
    }

    /// <summary>a + b, written over a.</summary>
    public static Tensor PlusInPlace(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.add_(scalar, One);
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

    /// <summary>a − b.</summary>
    public static Tensor Minus(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.sub(scalar);
    }

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

    /// <summary>a / b.</summary>
    public static Tensor Over(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.div(scalar);
    }

    /// <summary>a to the power of b.</summary>
    public static Tensor Power(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.pow(scalar);
    }

    /// <summary>The nearest to a of the numbers from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Tensor Clamp(this Tensor a, double least, double most)
    {
        using var from = least.ToScalar();
        using var to = most.ToScalar();
        return a.clamp(from, to);
    }

    /// <summary>The larger of a and b.</summary>
    public static Tensor ClampMin(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.clamp_min(scalar);
    }

    /// <summary>Whether a is b, element by element.</summary>
    public static Tensor EqualTo(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.eq(scalar);
    }

    /// <summary>b, written over all of a.</summary>
    public static Tensor FillInPlace(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.fill_(scalar);
    }
}
