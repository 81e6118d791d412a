using System.Buffers.Binary;
using System.Net.Sockets;
using Grpc.Net.Client;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A client's connection of HTTP/2, which tells when the client has ended its side of a call: gRPC does so a moment after it was asked to.</summary>
internal sealed class EndWatch(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private const int PrefaceBytes = 24;
    private const int HeaderBytes = 9;
    private const byte EndStream = 1;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerBytes;
    private int _skipped = PrefaceBytes;

    /// <summary>Makes a channel of one connection.</summary>
    /// <returns>The channel, and what is done when the first of its calls has no more to send, and the end is on its way.</returns>
    public static (GrpcChannel Channel, Task FirstCallHasEnded) Connect(Uri address)
    {
        var ended = new TaskCompletionSource<Task>();
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellation) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    var watch = new EndWatch(socket);
                    ended.SetResult(watch._ended.Task);
                    return watch;
                },
            },
            DisposeHttpClient = true,
        });
        return (channel, ended.Task.Unwrap());
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await base.WriteAsync(buffer, cancellationToken);
        if (HasEnd(buffer.Span))
            _ended.TrySetResult();
    }

    /// <summary>Follows the frames (RFC 9113, section 4.1), which may be written in pieces.</summary>
    private bool HasEnd(ReadOnlySpan<byte> bytes)
    {
        var hasEnd = false;
        while (!bytes.IsEmpty)
        {
            var skipped = Math.Min(_skipped, bytes.Length);
            _skipped -= skipped;
            bytes = bytes[skipped..];
            var taken = Math.Min(HeaderBytes - _headerBytes, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_headerBytes));
            _headerBytes += taken;
            bytes = bytes[taken..];
            if (_headerBytes < HeaderBytes)
                break;
            var (length, type, flags) = (BinaryPrimitives.ReadInt32BigEndian(_header) >> 8, _header[3], _header[4]);
            hasEnd |= type is 0 or 1 && (flags & EndStream) != 0;
            (_headerBytes, _skipped) = (0, length);
        }
        return hasEnd;
    }
}
