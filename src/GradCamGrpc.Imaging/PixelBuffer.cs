using System.Buffers;

namespace GradCamGrpc.Imaging;

/// <summary>An opaque sRGB image: four bytes a pixel, red, green, blue and 255, row by row from the top left, without gaps.</summary>
/// <remarks>The fourth byte makes a pixel one vector load. The memory is pooled: dispose it once, and keep no span of it.</remarks>
public sealed class PixelBuffer : IDisposable
{
    /// <summary>Bytes a pixel.</summary>
    public const int Channels = 4;

    /// <summary>4 megapixels. Of arrays up to here every thread may keep one.</summary>
    private const int Small = 16 << 20;

    /// <summary>16 megapixels: larger ones are kept by nobody.</summary>
    private const int Large = 64 << 20;

    private const int LargeArrays = 2;

    /// <summary>Of large arrays the process keeps a few. Were they of the shared pool, each thread that ever decoded a large photo would keep one for itself.</summary>
    private static readonly ArrayPool<byte> LargePool = ArrayPool<byte>.Create(Large, LargeArrays);

    private readonly ArrayPool<byte> _pool;
    private byte[]? _bytes;

    /// <summary>Takes memory for an image; its content is undefined.</summary>
    public PixelBuffer(int width, int height)
    {
        Width = width;
        Height = height;
        var length = checked(width * height * Channels);
        _pool = length > Small ? LargePool : ArrayPool<byte>.Shared;
        _bytes = _pool.Rent(length);
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

    /// <summary>What the memory holds behind the image. Nothing of an image is written there.</summary>
    internal Span<byte> Slack
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes.AsSpan(Width * Height * Channels);
        }
    }

    /// <summary>The bytes of one row.</summary>
    public Span<byte> Row(int y) => Bytes.Slice(y * Width * Channels, Width * Channels);

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
            _pool.Return(bytes);
    }
}
