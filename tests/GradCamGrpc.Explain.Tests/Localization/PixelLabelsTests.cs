using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class PixelLabelsTests
{
    private static readonly ReadOnlyMemory<float>[] Maps =
    [
        new float[] { 10, 5, 0, -1, 1, 0 },
        new float[] { 2, 5, 4, -2, 0, 0 },
    ];

    private delegate void Rule(IReadOnlyList<ReadOnlyMemory<float>> maps, ReadOnlySpan<float> thresholds, Span<int> labels);

    [Fact]
    public void Strongest_TwoMaps_IsTheLargerOneAndOfEqualOnesTheFirst() =>
        Assert.Equal([1, 1, 2, 0, 1, 0], Labels(PixelLabels.Strongest, Maps, 10, 5, share: 0));

    [Fact]
    public void Strongest_AtAShare_IsNobodysWhereTheLargestIsBelowItsOwn()
    {
        // At 0.5 the first map marks from 5 on, the second one from 2.5 on: where the first one's 1 is the larger, it is too small.
        Assert.Equal([1, 1, 2, 0, 0, 0], Labels(PixelLabels.Strongest, Maps, 10, 5, share: 0.5));

        // 3 is the largest there and below half of 10; that 2 is half of 4 does not matter.
        Assert.Equal([1, 0, 2], Labels(PixelLabels.Strongest, [new float[] { 10, 3, 0 }, new float[] { 0, 2, 4 }], 10, 4, share: 0.5));
    }

    [Fact]
    public void SeedCues_AtZero_IsWhereOneMapAloneIsPositive() =>
        Assert.Equal([0, 0, 2, 0, 1, 0], Labels(PixelLabels.SeedCues, Maps, 10, 5, share: 0));

    [Fact]
    public void SeedCues_PixelThatTwoMapsMark_IsNobodys()
    {
        // At 0.4: the first map marks 10 and 5, the second one 2, 5 and 4.
        Assert.Equal([0, 0, 2, 0, 0, 0], Labels(PixelLabels.SeedCues, Maps, 10, 5, share: 0.4));

        // At 0.5: the second one no longer its 2.
        Assert.Equal([1, 0, 2, 0, 0, 0], Labels(PixelLabels.SeedCues, Maps, 10, 5, share: 0.5));
    }

    [Fact]
    public void SeedCues_PixelThatThreeMapsMark_IsNobodys()
    {
        ReadOnlyMemory<float> map = new float[] { 1, 0 };
        var labels = new int[2];

        PixelLabels.SeedCues([map, map, map], [0.5f, 0.5f, 0.5f], labels);

        Assert.Equal([0, 0], labels);
    }

    [Fact]
    public void Rules_LabelsOfOtherPixelsBefore_AreForgotten()
    {
        int[] strongest = [7, 7], cues = [7, 7];

        PixelLabels.Strongest([new float[] { 0, 1 }], [0.5f], strongest);
        PixelLabels.SeedCues([new float[] { 0, 1 }], [0.5f], cues);

        Assert.Equal([0, 1], strongest);
        Assert.Equal([0, 1], cues);
    }

    /// <param name="rule">The rule.</param>
    /// <param name="maps">Two maps.</param>
    /// <param name="first">The first one's maximum.</param>
    /// <param name="second">The second one's.</param>
    /// <param name="share">Of each maximum: the threshold.</param>
    private static int[] Labels(Rule rule, ReadOnlyMemory<float>[] maps, float first, float second, double share)
    {
        var labels = new int[maps[0].Length];
        rule(maps, [Localizer.Threshold(first, share), Localizer.Threshold(second, share)], labels);
        return labels;
    }
}
