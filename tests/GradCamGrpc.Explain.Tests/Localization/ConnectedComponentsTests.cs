using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class ConnectedComponentsTests
{
    [Fact]
    public void Find_ThreeShapes_AreInTheOrderOfTheirSizes()
    {
        var found = ConnectedComponents.Find(Masks.Of(
            "##..#",
            "....#",
            "###.#",
            "..#.#",
            ".##.."));

        Assert.Equal(
            [
                new ConnectedComponent(new BoundingBox(0, 2, 3, 5), 6),
                new ConnectedComponent(new BoundingBox(4, 0, 5, 4), 4),
                new ConnectedComponent(new BoundingBox(0, 0, 2, 1), 2),
            ],
            found);
    }

    [Fact]
    public void Find_PixelsThatTouchAtACorner_AreApartAndInReadingOrder()
    {
        var found = ConnectedComponents.Find(Masks.Of(
            ".#",
            "#."));

        Assert.Equal([new BoundingBox(1, 0, 2, 1), new BoundingBox(0, 1, 1, 2)], found.Select(component => component.Box));
    }

    [Fact]
    public void Find_EndOfARowAndStartOfTheNext_AreNoNeighbours() =>
        Assert.Equal(2, ConnectedComponents.Find(Masks.Of("..#", "#..")).Count);

    [Fact]
    public void Find_Ring_IsOneComponent() =>
        Assert.Equal([new ConnectedComponent(new BoundingBox(0, 0, 3, 3), 8)], ConnectedComponents.Find(Masks.Of("###", "#.#", "###")));

    [Fact]
    public void Find_EmptyMask_IsNone() => Assert.Empty(ConnectedComponents.Find(Masks.Of("...", "...")));

    [Fact]
    public void Mask_PixelsAreNoWholeRows_IsRefused() => Assert.Throws<ArgumentException>(() => new BinaryMask(3, new bool[4]));
}
