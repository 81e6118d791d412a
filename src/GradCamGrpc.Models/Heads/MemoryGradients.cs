using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>How R scores change with what a head remembers of one photo: the sum of what its layers take of it.</summary>
/// <param name="layers">What each layer takes.</param>
/// <param name="photo">What each layer sees of the photo.</param>
/// <param name="places">What each layer sees of the places alone.</param>
internal sealed class MemoryGradients(
    IReadOnlyList<PhotoGradients> layers, IReadOnlyList<KeysAndValues> photo, IReadOnlyList<KeysAndValues> places)
{
    /// <summary>dScore/dMemory, [R, P, d].</summary>
    public Tensor Everywhere() => layers.Select(layer => layer.Everywhere()).Aggregate((sum, part) => sum.PlusInPlace(part));

    /// <summary>dScore/dMemory along what was seen at each place, which is the memory without its place, and its sums over places.</summary>
    /// <param name="shares">The weights of n sums, [n, P].</param>
    /// <returns>[R, P] and [R, n, d].</returns>
    public (Tensor Products, Tensor Sums) Project(Tensor shares) => layers
        .Select((layer, i) => layer.Project(photo[i].Minus(places[i]), shares))
        .Aggregate((sum, part) => (sum.Products.PlusInPlace(part.Products), sum.Sums.PlusInPlace(part.Sums)));
}
