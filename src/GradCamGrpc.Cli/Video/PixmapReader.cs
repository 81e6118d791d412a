using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Video;

/// <summary>Reads pictures in the PPM format (P6, 8 bits), one behind the other.</summary>
internal static class PixmapReader
{
    private const int LongestToken = 10;

    /// <exception cref="InvalidDataException">There is something else.</exception>
    /// <exception cref="EndOfStreamException">The last picture is cut off.</exception>
    public static async IAsyncEnumerable<RawImage> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var buffered = new BufferedStream(stream, 1 << 20);
        while (Token(buffered) is { } kind)
        {
            var (width, height, most) = (Number(buffered), Number(buffered), Number(buffered));
            if (kind != "P6" || most != byte.MaxValue)
                throw new InvalidDataException($"a picture of {kind} with values to {most} is none of P6 with values to {byte.MaxValue}");
            var pixels = new byte[checked(3 * width * height)];
            await buffered.ReadExactlyAsync(pixels, cancellation);
            yield return new RawImage { Width = width, Height = height, Rgb = UnsafeByteOperations.UnsafeWrap(pixels) };
        }
    }

    private static int Number(Stream stream) => int.TryParse(Token(stream), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new InvalidDataException("a picture's header has something else than a number");

    /// <summary>The characters before the next blank; null at the end.</summary>
    private static string? Token(Stream stream)
    {
        var token = new StringBuilder();
        while (stream.ReadByte() is var next && next >= 0)
        {
            if (next is ' ' or '\n')
                return token.ToString();
            if (token.Append((char)next).Length > LongestToken)
                throw new InvalidDataException("there is no picture's header");
        }
        return token.Length == 0 ? null : throw new EndOfStreamException("a picture's header is cut off");
    }
}
