using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Imaging.Tests;

public sealed class MeanTests
{
    /// <summary>Each map counts by its shape alone: (0, 1) and (1, 0.25) of the maps (−8, 2) and (400, 100).</summary>
    [Fact]
    public void MeanHeat_MapsOfDifferentStrength_AreRectifiedAndHaveTheSameSay()
    {
        var mean = new MeanHeat(2, 1);

        mean.Add(new HeatGrid(2, 1, new float[] { -8, 2 }));
        mean.Add(new HeatGrid(2, 1, new float[] { 400, 100 }));

        Assert.Equal(2, mean.Count);
        Assert.Equal([0.5f, 0.625f], mean.Mean().Values.ToArray());
    }

    [Fact]
    public void MeanHeat_BlankMap_CountsAsZero()
    {
        var mean = new MeanHeat(2, 1);

        mean.Add(new HeatGrid(2, 1, new float[] { -1, 0 }));
        mean.Add(new HeatGrid(2, 1, new float[] { 1, 3 }));

        Assert.Equal([1f / 6, 0.5f], mean.Mean().Values.ToArray());
    }

    /// <summary>Of the map (0, 4) on four columns: 0, 1, 3, 4, and the maximum is that of the finer grid.</summary>
    [Fact]
    public void MeanHeat_CoarseMap_IsPlacedOnTheGridFirst()
    {
        var mean = new MeanHeat(4, 1);

        mean.Add(new HeatGrid(2, 1, new float[] { 0, 4 }));

        Assert.Equal([0, 0.25f, 0.75f, 1], mean.Mean().Values.ToArray());
    }

    [Fact]
    public void MeanPicture_ThreePictures_IsRoundedToTheNearest()
    {
        var mean = new MeanPicture(8, 8);
        foreach (byte shade in new byte[] { 0, 100, 101 })
        {
            using var picture = new PixelBuffer(8, 8);
            picture.Bytes.Fill(shade);
            mean.Add(picture);
        }

        using var result = mean.Mean();

        Assert.All(result.Bytes.ToArray(), value => Assert.Equal(67, value));
    }

    [Fact]
    public void MeanPicture_NoneOrOfAnotherSize_IsRefused()
    {
        var mean = new MeanPicture(8, 8);
        using var picture = new PixelBuffer(8, 9);

        Assert.Throws<ArgumentException>(() => mean.Add(picture));
        Assert.Throws<InvalidOperationException>(mean.Mean);
    }
}
