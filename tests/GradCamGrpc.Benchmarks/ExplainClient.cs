using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>Sends a photo over one connection, and asks for a raw map of its most probable class, or for its classes alone.</summary>
internal sealed class ExplainClient : IDisposable
{
    private readonly SpareClient _client;

    /// <param name="address">Where the server is.</param>
    /// <param name="file">The photo's file; null for the small one.</param>
    /// <param name="wantsMap">Whether it asks for a map.</param>
    public ExplainClient(Uri address, byte[]? file = null, bool wantsMap = true)
    {
        var image = file is null ? SmallPhoto() : new Image { Encoded = ByteString.CopyFrom(file) };
        _client = wantsMap
            ? new SpareClient(address, "gradcam.v1.ClassificationService/Explain", new ClassificationServiceExplainRequest { Image = image }, messages: 2)
            : new SpareClient(address, "gradcam.v1.ClassificationService/Classify", new ClassifyRequest { Image = image }, messages: 1);
    }

    /// <summary>The photo, 224 x 224.</summary>
    public static Image SmallPhoto() => new() { Encoded = ByteString.CopyFrom(BenchPhoto.SmallJpeg()) };

    /// <summary>Makes a call.</summary>
    /// <returns>How it ended, and the size of the batch that it was in; 0 where it was not answered.</returns>
    public Task<(StatusCode Status, int Batch)> TryExplainAsync() => _client.ExplainAsync();

    /// <summary>Makes a call that must be answered.</summary>
    /// <returns>The size of the batch that it was in.</returns>
    public async Task<int> ExplainAsync()
    {
        var (status, batch) = await TryExplainAsync();
        return status is StatusCode.OK ? batch : throw new InvalidOperationException($"The call ended with {status}.");
    }

    /// <summary>Makes a number of calls, so many at a time.</summary>
    public Task<LoadResult> RunAsync(int concurrency, int calls)
    {
        var left = calls;
        return RunAsync(concurrency, () => Interlocked.Decrement(ref left) >= 0);
    }

    /// <summary>Makes calls for a time, so many at a time.</summary>
    public Task<LoadResult> RunForAsync(int concurrency, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        return RunAsync(concurrency, () => Stopwatch.GetElapsedTime(start) < time);
    }

    public void Dispose() => _client.Dispose();

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
                batches.Enqueue(await ExplainAsync());
                latencies.Enqueue(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        })));
        return new LoadResult(Stopwatch.GetElapsedTime(start), [.. latencies], batches.Average());
    }
}
