namespace GradCamGrpc.Explain.Evidence;

/// <summary>A bell in the middle, whatever the image: photographers centre what they photograph, so that much is known without a network.</summary>
public static class CentredBlob
{
    /// <summary>Where a caller has no wish.</summary>
    public const double DefaultSpread = 0.25;

    /// <summary>Makes the bell, 1 at the centre of the image and falling towards 0.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="spread">The standard deviation, as a share of the height and of the width; above 0.</param>
    public static HeatMap Of(int height, int width, double spread = DefaultSpread)
    {
        if (!(spread > 0) || !double.IsFinite(spread))
            throw new ArgumentOutOfRangeException(nameof(spread), spread, "it is above 0");

        var values = new float[height * width];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(Bell(i / width, height, spread) * Bell(i % width, width, spread));
        return new HeatMap(height, width, values);
    }

    private static double Bell(int index, int side, double spread)
    {
        var offset = (index + 0.5) / side - 0.5;
        return Math.Exp(-offset * offset / (2 * spread * spread));
    }
}
