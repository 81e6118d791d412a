using static TorchSharp.torch;

namespace GradCamGrpc.Tensors;

/// <summary>Vectors of R rows at P places each, made when they are asked for: where the mean over the places is enough, it may come cheaper.</summary>
/// <remarks>They live in the dispose scope in which they are first asked for.</remarks>
/// <param name="everywhere">Makes all of them, [R, P, d].</param>
/// <param name="mean">Makes their means over the places, [R, d].</param>
public sealed class VectorField(Func<Tensor> everywhere, Func<Tensor> mean)
{
    private readonly Lazy<Tensor> _everywhere = new(everywhere);
    private readonly Lazy<Tensor> _mean = new(mean);

    /// <summary>[R, P, d].</summary>
    public Tensor Everywhere => _everywhere.Value;

    /// <summary>The means over the places, [R, d].</summary>
    public Tensor Mean => _mean.Value;

    /// <summary>Vectors that are there already.</summary>
    /// <param name="vectors">[R, P, d].</param>
    public static VectorField Of(Tensor vectors) => new(() => vectors, () => vectors.mean([1]));
}
