using System.Buffers;

namespace GradCamGrpc.Server.Http;

/// <summary>All of a request's body.</summary>
internal sealed class JsonBody : IDisposable
{
    /// <summary>What a client claims to send takes no memory before it comes.</summary>
    private const int FirstBytes = 64 * 1024;

    private byte[] _bytes;
    private int _length;

    private JsonBody(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>What it says; valid until the disposal.</summary>
    public ReadOnlySpan<byte> Content => _bytes.AsSpan(0, _length);

    /// <summary>Reads a body, which is to be read from here on.</summary>
    /// <param name="request">Whose body it is.</param>
    /// <param name="maxBytes">A body of more is not kept, but read to its end all the same, so that its client gets to the answer.</param>
    /// <returns>It; null where it is larger than that or than the server's limit, which one without a length only shows now.</returns>
    /// <exception cref="IOException">Its client has left, is too slow, or sends what is no body.</exception>
    public static async Task<JsonBody?> ReadAsync(HttpRequest request, long maxBytes)
    {
        var body = new JsonBody((int)Math.Min(request.ContentLength ?? FirstBytes, FirstBytes));
        var fits = false;
        try
        {
            fits = await body.TryFillAsync(request, maxBytes);
        }
        finally
        {
            if (!fits)
                body.Dispose();
        }
        if (!fits)
            return null;
        request.Body = new MemoryStream(body._bytes, 0, body._length, writable: false);
        return body;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private async Task<bool> TryFillAsync(HttpRequest request, long maxBytes)
    {
        var cancellation = request.HttpContext.RequestAborted;
        try
        {
            while (_length <= maxBytes)
            {
                if (await request.Body.ReadAsync(Room(), cancellation) is not (> 0 and var count))
                    return true;
                _length += count;
            }
            Dispose();
            await request.Body.CopyToAsync(Stream.Null, cancellation);
            return false;
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return false;
        }
    }

    private Memory<byte> Room()
    {
        if (_length == _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * _length);
            _bytes.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        return _bytes.AsMemory(_length);
    }
}
