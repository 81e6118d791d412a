using System.Globalization;

namespace GradCamGrpc.Imaging.Decoding;

/// <summary>What a photo may cost. All limits hold before a pixel is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>Bytes of the file or of raw pixels, at most; 16 MiB.</summary>
    public int MaxBytes { get; init; } = 16 << 20;

    /// <summary>Width times height, at most; 50 million.</summary>
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>Pixels of the longer side, at most; 16,384.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Pixels of the shorter side, at least; 8. Less is no photo, and nothing could be seen on it.</summary>
    public int MinSide { get; init; } = 8;

    /// <summary>Checks the size of an image, in pixels.</summary>
    /// <exception cref="InvalidImageException">The size is outside the limits.</exception>
    public void CheckSize(long width, long height)
    {
        if (width > MaxSide || height > MaxSide)
            throw new InvalidImageException(ImageFault.TooLarge, $"the image is {width} x {height} pixels; {MaxSide} a side are accepted");
        if (width < MinSide || height < MinSide)
            throw new InvalidImageException(ImageFault.TooSmall, $"the image is {width} x {height} pixels; at least {MinSide} a side are needed");
        if (width * height > MaxPixels)
            throw new InvalidImageException(
                ImageFault.TooLarge, $"the image is {width} x {height} = {width * height} pixels; {MaxPixels} are accepted");
    }

    /// <exception cref="InvalidImageException">There are too many bytes, or none.</exception>
    internal void CheckBytes(long bytes)
    {
        if (bytes == 0)
            throw new InvalidImageException(ImageFault.Empty, "the image is empty");
        if (bytes > MaxBytes)
            throw new InvalidImageException(ImageFault.TooManyBytes, $"the image has {bytes} bytes; {MaxBytes} ({Mebibytes(MaxBytes)} MiB) are accepted");
    }

    private static string Mebibytes(long bytes) => ((double)bytes / (1 << 20)).ToString("0.#", CultureInfo.InvariantCulture);
}
