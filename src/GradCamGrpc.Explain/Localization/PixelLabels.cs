namespace GradCamGrpc.Explain.Localization;

/// <summary>
/// Rules by which several maps label the pixels they share: 0 for none, k + 1 for the map of index k. Pixels do not depend on each other, so
/// an image can be labelled a part at a time.
/// </summary>
public static class PixelLabels
{
    private const int Ambiguous = -1;

    /// <summary>Labels each pixel with the map that is largest there, of equal ones the first; where that one is below its threshold, with 0.</summary>
    /// <param name="maps">The same pixels of each map.</param>
    /// <param name="thresholds">Each map's, above 0.</param>
    /// <param name="labels">As many as each map has pixels.</param>
    public static void Strongest(IReadOnlyList<ReadOnlyMemory<float>> maps, ReadOnlySpan<float> thresholds, Span<int> labels)
    {
        labels.Clear();
        var largest = new float[labels.Length];
        for (var k = 0; k < maps.Count; k++)
        {
            var map = maps[k].Span;
            for (var i = 0; i < labels.Length; i++)
            {
                if (map[i] > largest[i])
                    (largest[i], labels[i]) = (map[i], k + 1);
            }
        }
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] > 0 && largest[i] < thresholds[labels[i] - 1])
                labels[i] = 0;
        }
    }

    /// <summary>
    /// Labels each pixel with the one map that reaches its threshold there; where none or several do, with 0: what is ambiguous is no cue
    /// (Kolesnikov and Lampert 2016, "Seed, expand and constrain"; Selvaraju et al. 2017, section 4.2).
    /// </summary>
    /// <param name="maps">The same pixels of each map.</param>
    /// <param name="thresholds">Each map's, above 0.</param>
    /// <param name="labels">As many as each map has pixels.</param>
    public static void SeedCues(IReadOnlyList<ReadOnlyMemory<float>> maps, ReadOnlySpan<float> thresholds, Span<int> labels)
    {
        labels.Clear();
        for (var k = 0; k < maps.Count; k++)
        {
            var map = maps[k].Span;
            for (var i = 0; i < labels.Length; i++)
            {
                if (map[i] >= thresholds[k])
                    labels[i] = labels[i] == 0 ? k + 1 : Ambiguous;
            }
        }
        labels.Replace(Ambiguous, 0);
    }
}
