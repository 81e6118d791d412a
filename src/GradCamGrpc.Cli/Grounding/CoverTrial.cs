using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>
/// Covers parts of a photo with its mean colour, and finds out what scores lose: a map that tells where a score comes from names the parts
/// that cost it most.
/// </summary>
internal static class CoverTrial
{
    /// <summary>How many random covers a photo has.</summary>
    private const int RandomCount = 4;

    private const int PhotosAtATime = 16;

    /// <summary>Tries the covers of each map on all scores.</summary>
    /// <param name="image">The photo, [3, H, W].</param>
    /// <param name="maps">K maps of H · W values from 0 to 1, one for each score.</param>
    /// <param name="score">From N photos, [N, 3, H, W], to the scores, [N, K].</param>
    /// <param name="seed">Of the random covers.</param>
    /// <returns>For each score what it loses.</returns>
    public static IReadOnlyList<ScoreLosses> Run(Tensor image, IReadOnlyList<float[]> maps, Func<Tensor, Tensor> score, ulong seed)
    {
        var (height, width) = ((int)image.shape[1], (int)image.shape[2]);
        float[][] noise = [.. Enumerable.Range(0, RandomCount).Select(i => Cover.Noise(height, width, seed + (ulong)i))];
        var ofMaps = maps.Select(map => Cover.Of(map, noise[0])).ToArray();
        bool[][] covers =
        [
            new bool[height * width],
            .. ofMaps.Select(cover => cover.Most),
            .. ofMaps.Select(cover => cover.Least),
            .. noise.Select(values => Cover.Of(values, values).Most),
        ];
        var scores = covers.Chunk(PhotosAtATime).SelectMany(part => Scores(image, part, score)).ToArray();
        var (whole, most, least, random) = (
            scores[0], scores[1..(maps.Count + 1)], scores[(maps.Count + 1)..(2 * maps.Count + 1)], scores[(2 * maps.Count + 1)..]);
        return
        [
            .. Enumerable.Range(0, maps.Count).Select(k => new ScoreLosses(
                [.. most.Select(covered => whole[k] - covered[k])],
                k,
                whole[k] - least[k][k],
                random.Average(covered => whole[k] - covered[k]))),
        ];
    }

    /// <returns>For each cover the scores.</returns>
    private static float[][] Scores(Tensor image, bool[][] covers, Func<Tensor, Tensor> score)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        var covered = stack([.. covers.Select(cover => tensor(cover))]).reshape(covers.Length, 1, image.shape[1], image.shape[2]);    // [N, 1, H, W]
        var mean = image.mean([1, 2], keepdim: true);                                                                            // [3, 1, 1]
        var scores = score(where(covered, mean, image));                                                                          // [N, K]
        return [.. TensorValues.Floats(scores).Chunk((int)scores.shape[1])];
    }
}
