namespace GradCamGrpc.Imaging.Rendering;

/// <summary>The mean of pictures of one size, each pixel and colour by itself.</summary>
/// <param name="width">Columns.</param>
/// <param name="height">Rows.</param>
public sealed class MeanPicture(int width, int height)
{
    private readonly long[] _sum = new long[width * height * PixelBuffer.Channels];

    /// <summary>How many pictures were added.</summary>
    public int Count { get; private set; }

    /// <exception cref="ArgumentException">It is of another size.</exception>
    public void Add(PixelBuffer picture)
    {
        if (picture.Width != width || picture.Height != height)
            throw new ArgumentException($"it is {picture.Width} x {picture.Height}; the mean is of pictures of {width} x {height}", nameof(picture));
        Count++;
        var bytes = picture.Bytes;
        for (var i = 0; i < bytes.Length; i++)
            _sum[i] += bytes[i];
    }

    /// <summary>The mean, to the nearest whole number.</summary>
    /// <exception cref="InvalidOperationException">There was no picture.</exception>
    public PixelBuffer Mean()
    {
        if (Count == 0)
            throw new InvalidOperationException("there is no mean of no pictures");
        var mean = new PixelBuffer(width, height);
        var bytes = mean.Bytes;
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)((_sum[i] + Count / 2) / Count);
        return mean;
    }
}
