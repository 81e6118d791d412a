using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GradCamGrpc.Benchmarks;

/// <summary>
/// A connection over HTTP/2 (RFC 9113) on which one request is made again and again. Its frames are written once; a call costs one write, and
/// its answer is taken apart on the one thread that reads. HttpClient, which hands a call from thread to thread, took 0.3 ms of a core for each, and
/// so from the server with which it shares them. The server reads less for it, too: a request comes in one piece, and nothing but requests comes.
/// </summary>
/// <remarks>It speaks as much of the protocol as a benchmark's server does; all else is a fault, and ends every call.</remarks>
internal sealed class SpareConnection : IDisposable
{
    private const int FrameHeaderBytes = 9;
    private const int LargestWindow = int.MaxValue;
    private const int DefaultWindow = 65_535;

    /// <summary>A request is sent whole, and Kestrel renews the connection's window of 1 MiB only once half of it has been read.</summary>
    private const int LargestBody = 1 << 19;

    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _sending = new();
    private readonly Dictionary<int, SpareCall> _open = [];
    private readonly Queue<SpareCall> _waiting = [];
    private readonly TaskCompletionSource _isReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _request;
    private readonly int[] _streamIdsAt;
    private readonly int _bodyBytes;
    private readonly Thread _reader;
    private long _window = DefaultWindow;
    private int _maxOpen = int.MaxValue;
    private int _nextStream = 1;
    private Exception? _fault;

    /// <param name="address">Where the server is.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="body">Its body.</param>
    /// <exception cref="ArgumentOutOfRangeException">The body has more than 512 KiB, for which the server might never have room at once.</exception>
    public SpareConnection(Uri address, string path, ReadOnlySpan<byte> body)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, LargestBody, nameof(body));
        _bodyBytes = body.Length;
        (_request, _streamIdsAt) = RequestFrames.Write(address.Authority, path, body);
        _socket.Connect(IPAddress.Parse(address.Host), address.Port);
        _socket.Send(Preface);
        Send(FrameType.Settings, 0, 0, RequestFrames.Settings);
        Send(FrameType.WindowUpdate, 0, 0, BigEndian(LargestWindow - DefaultWindow));
        _reader = new Thread(ReadAll) { IsBackground = true, Name = nameof(SpareConnection) };
        _reader.Start();
        _isReady.Task.GetAwaiter().GetResult();
    }

    /// <summary>Makes the request.</summary>
    /// <returns>How it ended.</returns>
    public Task<SpareAnswer> CallAsync()
    {
        var call = new SpareCall();
        lock (_sending)
        {
            if (_fault is not null)
                return Task.FromException<SpareAnswer>(_fault);
            _waiting.Enqueue(call);
            SendWaiting();
        }
        return call.Answer;
    }

    public void Dispose()
    {
        // Wakes the reader, unless the server has ended the connection already.
        if (_socket.Connected)
            _socket.Shutdown(SocketShutdown.Both);
        _reader.Join();
        _socket.Dispose();
    }

    /// <summary>Sends requests, as far as the server takes them now; under the lock.</summary>
    private void SendWaiting()
    {
        while (_waiting.Count > 0 && _window >= _bodyBytes && _open.Count < _maxOpen)
        {
            _open[_nextStream] = _waiting.Dequeue();
            _window -= _bodyBytes;
            foreach (var at in _streamIdsAt)
                BinaryPrimitives.WriteInt32BigEndian(_request.AsSpan(at), _nextStream);
            _nextStream += 2;
            _socket.Send(_request);
        }
    }

    private void ReadAll()
    {
        try
        {
            var header = new byte[FrameHeaderBytes];
            var payload = new byte[1 << 14];
            using var input = new BufferedStream(new NetworkStream(_socket), 1 << 16);
            while (input.ReadAtLeast(header, FrameHeaderBytes, throwOnEndOfStream: false) == FrameHeaderBytes)
            {
                var length = (header[0] << 16) | (header[1] << 8) | header[2];
                input.ReadExactly(payload, 0, length);
                Take((FrameType)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload.AsSpan(0, length));
            }
            End(new IOException("the server has closed the connection"));
        }
        catch (Exception fault)
        {
            // Whoever waits for an answer hears of it.
            End(fault);
        }
    }

    private void Take(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var isAnswer = (flags & FrameFlags.Acknowledges) != 0;
        switch (type)
        {
            case FrameType.Headers or FrameType.Data when (flags & (FrameFlags.Padded | FrameFlags.HasPriority)) != 0:
            case FrameType.Headers when (flags & FrameFlags.EndsHeaders) == 0:
            case FrameType.GoAway:
                throw new InvalidDataException($"a frame {type} with flags {flags:X2}, which is not understood here");
            case FrameType.Data:
                CallOf(stream)?.Body.Write(payload);
                break;
            case FrameType.Headers:
                CallOf(stream)?.Read(payload);
                break;
            case FrameType.Reset:
                Finished(stream)?.Break();
                break;
            case FrameType.Settings when !isAnswer:
                Apply(payload);
                Send(FrameType.Settings, FrameFlags.Acknowledges, 0, []);
                _isReady.TrySetResult();
                break;
            case FrameType.Ping when !isAnswer:
                Send(FrameType.Ping, FrameFlags.Acknowledges, 0, payload);
                break;
            case FrameType.WindowUpdate when stream == 0:
                Widen(BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
        }
        if (type is FrameType.Headers or FrameType.Data && (flags & FrameFlags.EndsStream) != 0)
            Finished(stream)?.End();
    }

    private void Apply(ReadOnlySpan<byte> settings)
    {
        for (; settings.Length > 0; settings = settings[6..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(settings[2..]);
            switch ((FrameSetting)BinaryPrimitives.ReadUInt16BigEndian(settings))
            {
                case FrameSetting.MaxConcurrentStreams:
                    _maxOpen = (int)Math.Min(value, int.MaxValue);
                    break;
                case FrameSetting.InitialWindowSize when value < _bodyBytes:
                    throw new InvalidDataException($"a stream takes {value} bytes at first, and the request has {_bodyBytes}");
            }
        }
    }

    private void Widen(int bytes)
    {
        lock (_sending)
        {
            _window += bytes;
            SendWaiting();
        }
    }

    private SpareCall? CallOf(int stream)
    {
        lock (_sending)
            return _open.GetValueOrDefault(stream);
    }

    /// <summary>Takes a call from those that are open, and makes the next; a stream is reset once its call has ended, too.</summary>
    private SpareCall? Finished(int stream)
    {
        lock (_sending)
        {
            _open.Remove(stream, out var call);
            SendWaiting();
            return call;
        }
    }

    private void End(Exception fault)
    {
        SpareCall[] left;
        lock (_sending)
        {
            _fault = fault;
            left = [.. _open.Values, .. _waiting];
            _open.Clear();
            _waiting.Clear();
        }
        _isReady.TrySetException(fault);
        foreach (var call in left)
            call.Break();
    }

    private void Send(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new ArrayBufferWriter<byte>();
        RequestFrames.Write(frame, type, flags, stream, payload);
        lock (_sending)
            _socket.Send(frame.WrittenSpan);
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
