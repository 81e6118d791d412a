using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace GradCamGrpc.Benchmarks;

/// <summary>
/// Clients that nobody wants: one that asks for much and reads nothing, one that sends a byte a second, one that opens a thousand streams and
/// one that cancels at random. Each has a key of its own, for it is not one of the others.
/// </summary>
internal sealed class HostileClients : IAsyncDisposable
{
    private const int Streams = 1000;
    private const int SlowSenders = 8;
    private const int CancelledAtOnce = 2;
    private const int LongestPatience = 200;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Uri _server;
    private readonly ByteString _photo;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<GrpcChannel> _channels = [];
    private readonly List<Task> _clients;
    private readonly ConcurrentQueue<SoakFault> _faults = new();
    private int _cancelled;
    private int _refused;

    private HostileClients(Uri server, ByteString photo)
    {
        _server = server;
        _photo = photo;
        _clients =
        [
            StopReadingAsync(),
            OpenStreamsAsync(),
            .. Enumerable.Range(0, SlowSenders).Select(_ => SendSlowlyAsync()),
            .. Enumerable.Range(0, CancelledAtOnce).Select(CancelAsync),
        ];
    }

    /// <summary>Calls that were cancelled so far.</summary>
    public int Cancelled => _cancelled;

    /// <summary>Calls that were to be cancelled, for which there was no room. A client that nobody wants may be told so.</summary>
    public int Refused => _refused;

    /// <summary>Calls that were to be cancelled and ended otherwise.</summary>
    public IReadOnlyCollection<SoakFault> Faults => _faults;

    /// <summary>Lets them loose.</summary>
    public static HostileClients Start(Uri server, ByteString photo) => new(server, photo);

    /// <summary>How many are not there any more: nobody is measured beside those.</summary>
    public int Gone => _clients.Count(client => client.IsCompleted);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var client in _clients)
            await client.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var channel in _channels)
            channel.Dispose();
        _end.Dispose();
    }

    /// <summary>Sends photos for pictures of them, until the server takes no more, and never reads an answer.</summary>
    private async Task StopReadingAsync()
    {
        using var call = Client().ExplainStream(Key("stops reading"), cancellationToken: _end.Token);
        for (var i = 0; ; i++)
        {
            var request = Request();
            request.Outputs.Add(new MapOutput { Overlay = new OverlayOutput() });
            await call.RequestStream.WriteAsync(
                new ClassificationServiceExplainStreamRequest { Item = new ExplainItem { Id = $"{i}", Request = request } }, _end.Token);
        }
    }

    /// <summary>Opens streams, and sends nothing on them.</summary>
    private async Task OpenStreamsAsync()
    {
        var client = Client();
        var calls = new List<AsyncDuplexStreamingCall<ClassificationServiceExplainStreamRequest, ClassificationServiceExplainStreamResponse>>();
        try
        {
            for (var i = 0; i < Streams; i++)
            {
                calls.Add(client.ExplainStream(Key("opens streams"), cancellationToken: _end.Token));
                await calls[^1].RequestStream.WriteAsync(
                    new ClassificationServiceExplainStreamRequest { Settings = new ExplainStreamSettings() }, _end.Token);
            }
            await Task.Delay(Timeout.InfiniteTimeSpan, _end.Token);
        }
        finally
        {
            calls.ForEach(call => call.Dispose());
        }
    }

    /// <summary>Sends a request byte by byte, and begins anew when the server has enough of it.</summary>
    private async Task SendSlowlyAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });
        while (true)
        {
            _end.Token.ThrowIfCancellationRequested();
            var message = new ClassifyRequest { Image = new Image { Encoded = _photo } }.ToByteArray();
            var frame = new byte[5 + message.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
            message.CopyTo(frame, 5);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server, "/gradcam.v1.ClassificationService/Classify"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new SlowContent(frame, Second),
            };
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            request.Headers.Add("x-api-key", "sends slowly");
            try
            {
                using var response = await http.SendAsync(request, _end.Token);
            }
            catch (HttpRequestException)
            {
                // The server has closed the connection, as it may.
                await Task.Delay(Second, _end.Token);
            }
        }
    }

    /// <summary>Asks, and leaves before long.</summary>
    private async Task CancelAsync(int seed)
    {
        var (client, random) = (Client(), new Random(seed));
        while (true)
        {
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            using var call = client.Explain(Request(), Key("cancels"), cancellationToken: leaving.Token);
            leaving.CancelAfter(random.Next(LongestPatience));
            try
            {
                await foreach (var _ in call.ResponseStream.ReadAllAsync(leaving.Token))
                {
                }
            }
            catch (OperationCanceledException) when (!_end.IsCancellationRequested)
            {
                Interlocked.Increment(ref _cancelled);
            }
            catch (RpcException fault) when (!_end.IsCancellationRequested)
            {
                Count(fault.Status, leaving.IsCancellationRequested && fault.Status.DebugException is IOException { InnerException: null });
            }
            await Task.Delay(random.Next(LongestPatience), _end.Token);
        }
    }

    /// <param name="status">How a call ended.</param>
    /// <param name="hasBrokenOff">
    /// Whether its client has left, and broke off the reading of a message itself (one in 13,400): what a server ends has the reason as its cause.
    /// </param>
    private void Count(Status status, bool hasBrokenOff)
    {
        if (status.StatusCode is StatusCode.Cancelled || hasBrokenOff)
            Interlocked.Increment(ref _cancelled);
        else if (status.StatusCode is StatusCode.ResourceExhausted)
            Interlocked.Increment(ref _refused);
        else
            _faults.Enqueue(new SoakFault("a call that cancels", status.StatusCode, status.Detail));
    }

    private ClassificationServiceExplainRequest Request() => new() { Image = new Image { Encoded = _photo } };

    private ClassificationService.ClassificationServiceClient Client()
    {
        var channel = GrpcChannel.ForAddress(_server);
        _channels.Add(channel);
        return new(channel);
    }

    private static Metadata Key(string key) => new() { { "x-api-key", key } };
}
