using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Scores;

/// <summary>Targets of a sentence, one a row, that ask for outputs at few of its places.</summary>
public sealed class SentenceRows
{
    private readonly int[][] _places;
    private readonly SentenceTarget[] _targets;

    /// <param name="targets">R targets.</param>
    public SentenceRows(IReadOnlyList<SentenceTarget> targets)
    {
        _places = [.. targets.Select(target => target.Terms.Select(term => term.Place).Distinct().ToArray())];
        _targets = [.. targets.Zip(_places, Among)];
        Length = _places.Max(places => places.Max()) + 1;
    }

    /// <summary>The places of the sentence up to the last one that is asked for, T: those behind it have no say.</summary>
    public int Length { get; }

    /// <summary>The places that each row asks for, int64 [R, K]; where it asks for fewer than another, the first of them again.</summary>
    public Tensor Places()
    {
        var most = _places.Max(places => places.Length);
        return tensor(_places.SelectMany(places => Enumerable.Range(0, most).Select(i => (long)places[i < places.Length ? i : 0])).ToArray())
            .reshape(_places.Length, most);
    }

    /// <param name="outputs">What speaks for each word at the <see cref="Places"/>, [R, K, V].</param>
    /// <returns>The scores, [R].</returns>
    public Tensor Evaluate(Tensor outputs) => SentenceScores.Evaluate(outputs, _targets);

    /// <summary>A target, its places counted among those that it asks for.</summary>
    private static SentenceTarget Among(SentenceTarget target, int[] places) =>
        target with { Terms = [.. target.Terms.Select(term => term with { Place = Array.IndexOf(places, term.Place) })] };
}
