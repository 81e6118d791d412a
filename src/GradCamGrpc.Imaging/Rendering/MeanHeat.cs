namespace GradCamGrpc.Imaging.Rendering;

/// <summary>The mean of maps, each after the ReLU and divided by its own maximum, so that all have the same say.</summary>
/// <param name="width">Columns of the mean.</param>
/// <param name="height">Rows of the mean.</param>
public sealed class MeanHeat(int width, int height)
{
    private readonly double[] _sum = new double[width * height];

    /// <summary>How many maps were added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a map of a whole image, of any size; one in which nothing is positive counts as zero everywhere.</summary>
    public void Add(HeatGrid map)
    {
        Count++;
        var heat = map.Rectified().Placed(width, height, new CropRectangle(0, 0, width, height)).Values.Span;
        var maximum = 0f;
        foreach (var value in heat)
            maximum = Math.Max(maximum, value);
        for (var i = 0; i < heat.Length && maximum > 0; i++)
            _sum[i] += heat[i] / maximum;
    }

    /// <summary>The mean, 0 to 1; zero everywhere where no map was added.</summary>
    public HeatGrid Mean()
    {
        var mean = new float[_sum.Length];
        for (var i = 0; i < mean.Length; i++)
            mean[i] = (float)(_sum[i] / Math.Max(Count, 1));
        return new HeatGrid(width, height, mean);
    }
}
