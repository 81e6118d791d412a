using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;

namespace GradCamGrpc.Fuzzing.Images;

/// <summary>
/// The decoder, in both of its ways: a picture within the limits, or an <see cref="InvalidImageException"/>. A picture holds nothing but what its
/// file says, for the memory it is decoded into held somebody else's photo before; and nothing is written behind it, as far as its memory goes on there.
/// </summary>
public sealed class ImageTarget : IFuzzTarget
{
    /// <summary>What a picture's memory holds before it is decoded.</summary>
    private const byte Before = 0xa5;

    private static readonly ImageLimits Limits = new();
    private static readonly ImageSize Enough = new(24, 24);

    /// <inheritdoc />
    public string Name => "images";

    /// <inheritdoc />
    public FuzzInput Make(Random random)
    {
        var (kind, file) = random.OneIn(16) ? ImageMutator.MakeLosslessJpeg(random) : ImageMutator.Make(random);
        return new FuzzInput(kind, [file]);
    }

    /// <inheritdoc />
    public Task<string> JudgeAsync(FuzzInput input)
    {
        var exact = Judge(input.Parts[0], enough: null);
        Judge(input.Parts[0], Enough);
        return Task.FromResult(exact);
    }

    private static string Judge(byte[] file, ImageSize? enough)
    {
        try
        {
            using var picture = ImageDecoder.Decode(file, Limits, enough);
            Check(file, picture, enough);
            return "a picture";
        }
        catch (InvalidImageException fault)
        {
            return $"refused: {fault.Fault}";
        }
    }

    private static void Check(byte[] file, PixelBuffer picture, ImageSize? enough)
    {
        var size = ImageDecoder.Measure(file, Limits);
        if (enough is null && size != new ImageSize(picture.Width, picture.Height))
            throw new FuzzException($"measured {size}, decoded {picture.Width} x {picture.Height}");
        if (picture.Width > size.Width || picture.Height > size.Height)
            throw new FuzzException($"decoded larger than it is: {picture.Width} x {picture.Height} of {size}");
        for (var at = 3; at < picture.Bytes.Length; at += PixelBuffer.Channels)
        {
            if (picture.Bytes[at] != byte.MaxValue)
                throw new FuzzException($"pixel {at / PixelBuffer.Channels} is not opaque");
        }
        LeaveBehind(picture.Width, picture.Height);
        using var again = ImageDecoder.Decode(file, Limits, enough);
        if (!again.Bytes.SequenceEqual(picture.Bytes))
            throw new FuzzException("decoded again it is another picture: it holds what its memory held before");
        if (again.Slack.ContainsAnyExcept(Before))
            throw new FuzzException("decoded again it is written beyond its end");
    }

    /// <summary>Fills the memory that the next picture of that size gets, and what it is decoded into where it has to be turned first.</summary>
    private static void LeaveBehind(int width, int height)
    {
        using var memory = new PixelBuffer(width, height);
        using var other = new PixelBuffer(width, height);
        foreach (var buffer in new[] { memory, other })
        {
            buffer.Bytes.Fill(Before);
            buffer.Slack.Fill(Before);
        }
    }
}
