using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class LabelImageTests
{
    private static readonly ReadOnlyMemory<float>[] Maps =
    [
        new float[] { 10, 5, 0, -1, 1, 0 },
        new float[] { 2, 5, 4, -2, 0, 0 },
    ];

    [Fact]
    public void Strongest_TwoMaps_IsTheLargerOneAndOfEqualOnesTheFirst()
    {
        var image = LabelImage.Strongest(Maps, 3);

        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Equal([1, 1, 2, 0, 1, 0], image.Labels.ToArray());
        Assert.Equal(["..#", "..."], Masks.Rows(image.MaskOf(2)));
    }

    [Fact]
    public void Strongest_AtAShare_IsNobodysWhereTheLargestIsBelowItsOwn()
    {
        // At 0.5 the first map marks from 5 on, the second one from 2.5 on: where the first one's 1 is the larger, it is too small.
        Assert.Equal([1, 1, 2, 0, 0, 0], LabelImage.Strongest(Maps, 3, 0.5).Labels.ToArray());

        // 3 is the largest there and below half of 10; that 2 is half of 4 does not matter.
        Assert.Equal([1, 0, 2], LabelImage.Strongest([new float[] { 10, 3, 0 }, new float[] { 0, 2, 4 }], 3, 0.5).Labels.ToArray());
    }

    [Fact]
    public void Find_AtZero_IsWhereOneMapAloneIsPositive() =>
        Assert.Equal([0, 0, 2, 0, 1, 0], SeedCues.Find(Maps, 3, 0).Labels.ToArray());

    [Fact]
    public void Find_PixelThatTwoMapsMark_IsNobodys()
    {
        // At 0.4: the first map marks 10 and 5, the second one 2, 5 and 4.
        Assert.Equal([0, 0, 2, 0, 0, 0], SeedCues.Find(Maps, 3, 0.4).Labels.ToArray());

        // At 0.5: the second one no longer its 2.
        Assert.Equal([1, 0, 2, 0, 0, 0], SeedCues.Find(Maps, 3, 0.5).Labels.ToArray());
    }

    [Fact]
    public void Find_PixelThatThreeMapsMark_IsNobodys()
    {
        ReadOnlyMemory<float> map = new float[] { 1, 0 };

        Assert.Equal([0, 0], SeedCues.Find([map, map, map], 2, 0.5).Labels.ToArray());
    }

    [Fact]
    public void Strongest_NoMapsOrOfDifferentSizes_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => LabelImage.Strongest([], 2));
        Assert.Throws<ArgumentException>(() => LabelImage.Strongest([new float[2], new float[4]], 2));
    }
}
