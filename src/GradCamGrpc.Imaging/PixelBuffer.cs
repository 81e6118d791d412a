using System.Buffers;

namespace GradCamGrpc.Imaging;

/// <summary>An opaque sRGB image: four bytes a pixel, red, green, blue and 255, row by row from the top left, without gaps.</summary>
/// <remarks>The fourth byte makes a pixel one vector load. The memory is pooled: dispose it once, and keep no span of it.</remarks>
public sealed class PixelBuffer : IDisposable
{
    /// <summary>Bytes a pixel.</summary>
    public const int Channels = 4;

    private byte[]? _bytes;

    /// <summary>Takes memory for an image; its content is undefined.</summary>
    public PixelBuffer(int width, int height)
    {
        Width = width;
        Height = height;
        _bytes = ArrayPool<byte>.Shared.Rent(checked(width * height * Channels));
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>All bytes.</summary>
    public Span<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes.AsSpan(0, Width * Height * Channels);
        }
    }

    /// <summary>The bytes of one row.</summary>
    public Span<byte> Row(int y) => Bytes.Slice(y * Width * Channels, Width * Channels);

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}
