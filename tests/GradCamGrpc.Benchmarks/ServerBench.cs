using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Google.Protobuf;
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
    private readonly ClassificationService.ClassificationServiceClient _client;
    private readonly CaptioningService.CaptioningServiceClient _captions;
    private readonly VqaService.VqaServiceClient _answers;
    private readonly ClassificationServiceExplainRequest _request;

    private ServerBench(GradCamServer server)
    {
        _server = server;
        _channel = GrpcChannel.ForAddress(server.Address);
        _client = new ClassificationService.ClassificationServiceClient(_channel);
        _captions = new CaptioningService.CaptioningServiceClient(_channel);
        _answers = new VqaService.VqaServiceClient(_channel);
        _request = new ClassificationServiceExplainRequest { Image = new Image { Encoded = ByteString.CopyFrom(BenchPhoto.SmallJpeg()) } };
    }

    /// <summary>Where the server is.</summary>
    public Uri Address => _server.Address;

    /// <param name="configure">What is set; nothing else than the defaults where it is null, but that the server keeps nothing of photos, so that each call runs a pass though the photo is the same.</param>
    public static async Task<ServerBench> StartAsync(Func<ServerOptions, ServerOptions>? configure = null)
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
        return new ServerBench(server);
    }

    /// <summary>Runs a number of calls.</summary>
    public Task<LoadResult> RunAsync(int concurrency, int calls)
    {
        var left = calls;
        return RunAsync(concurrency, () => Interlocked.Decrement(ref left) >= 0);
    }

    /// <summary>Runs calls for a time.</summary>
    public Task<LoadResult> RunForAsync(int concurrency, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        return RunAsync(concurrency, () => Stopwatch.GetElapsedTime(start) < time);
    }

    /// <summary>Captions the photo.</summary>
    public void Caption() => _captions.Caption(new CaptionRequest { Image = _request.Image });

    /// <summary>Captions the photo and explains every word.</summary>
    public async Task ExplainCaptionAsync()
    {
        using var call = _captions.Explain(new CaptioningServiceExplainRequest { Image = _request.Image });
        await foreach (var _ in call.ResponseStream.ReadAllAsync())
        {
        }
    }

    /// <summary>Explains the most probable class.</summary>
    public async Task ExplainClassAsync()
    {
        using var call = _client.Explain(_request);
        await foreach (var _ in call.ResponseStream.ReadAllAsync())
        {
        }
    }

    /// <summary>Asks a question about the photo, and explains the answer.</summary>
    public async Task ExplainAnswerAsync()
    {
        var question = new VqaQuestion { Text = "what is the woman wearing" };
        using var call = _answers.Explain(new VqaServiceExplainRequest { Image = _request.Image, Questions = { question } });
        await foreach (var _ in call.ResponseStream.ReadAllAsync())
        {
        }
    }

    /// <summary>Makes calls in their order, so many at a time.</summary>
    public static Task RunAsync(int concurrency, IReadOnlyList<Func<Task>> calls) => Parallel.ForEachAsync(
        calls, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (call, _) => await call());

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private async Task<LoadResult> RunAsync(int concurrency, Func<bool> goesOn)
    {
        var latencies = new ConcurrentQueue<double>();
        var batches = new ConcurrentQueue<int>();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (goesOn())
            {
                var sent = Stopwatch.GetTimestamp();
                using var call = _client.Explain(_request);
                await foreach (var message in call.ResponseStream.ReadAllAsync())
                {
                    if (message.Prediction is { } prediction)
                        batches.Enqueue(prediction.Timings.BatchSize);
                }
                latencies.Enqueue(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        })));
        return new LoadResult(Stopwatch.GetElapsedTime(start), [.. latencies], batches.Average());
    }
}
