using System.Net;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.Benchmarks;

/// <summary>A server and a client in one process.</summary>
internal sealed class ServerBench : IAsyncDisposable
{
    private readonly GradCamServer _server;
    private readonly GrpcChannel _channel;
    private readonly ExplainClient _classes;
    private readonly CaptioningService.CaptioningServiceClient _captions;
    private readonly VqaService.VqaServiceClient _answers;
    private readonly Image _photo = ExplainClient.SmallPhoto();

    private ServerBench(GradCamServer server, byte[]? file)
    {
        _server = server;
        _channel = GrpcChannel.ForAddress(server.Address);
        _classes = new ExplainClient(server.Address, file);
        _captions = new CaptioningService.CaptioningServiceClient(_channel);
        _answers = new VqaService.VqaServiceClient(_channel);
    }

    /// <summary>Where the server is.</summary>
    public Uri Address => _server.Address;

    /// <param name="configure">What is set; nothing else than the defaults where it is null, but that the server keeps nothing of photos, so that each call runs a pass though the photo is the same.</param>
    /// <param name="file">The file of the photo whose classes are explained; null for the small one.</param>
    public static async Task<ServerBench> StartAsync(Func<ServerOptions, ServerOptions>? configure = null, byte[]? file = null)
    {
        var options = ServerOptions.Default with
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Http = null,
            Metrics = null,
            ActivationCacheBytes = 0,
        };
        var server = GradCamServer.Build(configure?.Invoke(options) ?? options, logging => logging.ClearProviders());
        await server.StartAsync();
        await server.WhenReady;
        return new ServerBench(server, file);
    }

    /// <summary>Explains the most probable class, a number of times.</summary>
    public Task<LoadResult> RunAsync(int concurrency, int calls) => _classes.RunAsync(concurrency, calls);

    /// <summary>Explains the most probable class for a time.</summary>
    public Task<LoadResult> RunForAsync(int concurrency, TimeSpan time) => _classes.RunForAsync(concurrency, time);

    /// <summary>Captions the photo.</summary>
    public void Caption() => _captions.Caption(new CaptionRequest { Image = _photo });

    /// <summary>Captions the photo and explains every word.</summary>
    public async Task ExplainCaptionAsync()
    {
        using var call = _captions.Explain(new CaptioningServiceExplainRequest { Image = _photo });
        await foreach (var _ in call.ResponseStream.ReadAllAsync())
        {
        }
    }

    /// <summary>Explains the most probable class.</summary>
    public Task ExplainClassAsync() => _classes.ExplainAsync();

    /// <summary>Asks a question about the photo, and explains the answer.</summary>
    public async Task ExplainAnswerAsync()
    {
        var question = new VqaQuestion { Text = "what is the woman wearing" };
        using var call = _answers.Explain(new VqaServiceExplainRequest { Image = _photo, Questions = { question } });
        await foreach (var _ in call.ResponseStream.ReadAllAsync())
        {
        }
    }

    /// <summary>Makes calls in their order, so many at a time.</summary>
    public static Task RunAsync(int concurrency, IReadOnlyList<Func<Task>> calls) => Parallel.ForEachAsync(
        calls, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (call, _) => await call());

    public async ValueTask DisposeAsync()
    {
        _classes.Dispose();
        _channel.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }
}
