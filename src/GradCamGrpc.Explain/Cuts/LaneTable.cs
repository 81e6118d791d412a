namespace GradCamGrpc.Explain.Cuts;

/// <summary>Which rows of a tensor belong to which image of the batch: each image has one or more neighbouring rows, its lanes.</summary>
/// <param name="Counts">Lanes of each image.</param>
internal sealed record LaneTable(IReadOnlyList<int> Counts)
{
    private readonly int[] _starts = RunningSum(Counts);

    /// <summary>One lane for each image.</summary>
    public static LaneTable Single(int images) => new(Enumerable.Repeat(1, images).ToArray());

    public int Total => _starts[^1];

    public int Start(int image) => _starts[image];

    /// <summary>For every row of <paramref name="wider"/>, the row of this table that it repeats.</summary>
    public IEnumerable<long> RowsFor(LaneTable wider)
    {
        for (var image = 0; image < Counts.Count; image++)
        {
            for (var lane = 0; lane < wider.Counts[image]; lane++)
                yield return _starts[image] + (Counts[image] == 1 ? 0 : lane);
        }
    }

    private static int[] RunningSum(IReadOnlyList<int> counts)
    {
        var sums = new int[counts.Count + 1];
        for (var i = 0; i < counts.Count; i++)
            sums[i + 1] = sums[i] + counts[i];
        return sums;
    }
}
