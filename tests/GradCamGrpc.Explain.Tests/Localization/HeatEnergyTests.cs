using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class HeatEnergyTests
{
    private static readonly float[] Heat =
    [
        4, 0, 1,
        -9, 3, 2,
    ];

    /// <summary>Of 10 in all.</summary>
    [Fact]
    public void ShareOfEach_BoxesThatOverlap_AreEachByItself()
    {
        BoundingBox[] boxes = [new(0, 0, 3, 2), new(0, 0, 1, 2), new(1, 0, 3, 1), new(1.5, 0.5, 2.5, 1.5), new(5, 5, 9, 9), new(2, 1, 2, 1)];

        Assert.Equal([1, 0.4, 0.1, 0.6, 0, 0], HeatEnergy.ShareOfEach(Heat, 3, boxes).Select(share => Math.Round(share, 12)));
    }

    [Fact]
    public void ShareOfEach_NothingIsPositive_IsNothing() =>
        Assert.Equal([0.0], HeatEnergy.ShareOfEach([0, -1], 2, [new BoundingBox(0, 0, 2, 1)]));
}
