using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace GradCamGrpc.Benchmarks;

/// <summary>A client that asks again, as any client of several servers does: where none answers, or an answer breaks off, or it is told to wait.</summary>
internal sealed class PatientCaller(Uri server) : IDisposable
{
    private const int MostAttempts = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(server);
    private readonly ConcurrentQueue<double> _latencies = new();
    private readonly ConcurrentDictionary<StatusCode, int> _askedAgain = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ClassificationServiceExplainRequest _request = new()
    {
        Image = new Image { Encoded = ByteString.CopyFrom(BenchPhoto.SmallJpeg()) },
    };

    /// <summary>Milliseconds that each answered call took, with all of its attempts.</summary>
    public IReadOnlyCollection<double> Latencies => _latencies;

    /// <summary>How often a call was made again, by the status that its attempt ended with.</summary>
    public IReadOnlyDictionary<StatusCode, int> AskedAgain => _askedAgain;

    /// <summary>What the calls that were given up ended with.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Explains the photo, and again where that does not succeed.</summary>
    public async Task CallAsync()
    {
        var clock = Stopwatch.StartNew();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExplainAsync();
                _latencies.Enqueue(clock.Elapsed.TotalMilliseconds);
                return;
            }
            catch (RpcException fault) when (MayAskAgain(fault) && attempt < MostAttempts)
            {
                _askedAgain.AddOrUpdate(fault.StatusCode, 1, (_, count) => count + 1);
            }
            catch (Exception fault) when (fault is RpcException or InvalidDataException)
            {
                _failures.Enqueue(fault.Message);
                return;
            }
            var pause = FirstPause * Math.Pow(2, attempt - 1);
            await Task.Delay((pause < LongestPause ? pause : LongestPause) * (0.5 + Random.Shared.NextDouble() / 2));
        }
    }

    public void Dispose() => _channel.Dispose();

    private async Task ExplainAsync()
    {
        using var call = new ClassificationService.ClassificationServiceClient(_channel).Explain(_request, deadline: DateTime.UtcNow.AddSeconds(30));
        var (predictions, maps) = (0, 0);
        await foreach (var message in call.ResponseStream.ReadAllAsync())
        {
            predictions += message.Prediction is null ? 0 : 1;
            maps += message.Map is null ? 0 : 1;
        }
        if ((predictions, maps) != (1, 1))
            throw new InvalidDataException($"an answer with {predictions} predictions and {maps} maps");
    }

    /// <summary>A status with details is a server's own word. One without comes from the connection, which can break in the middle.</summary>
    private static bool MayAskAgain(RpcException fault) => fault.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.ResourceExhausted => true,
        StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled => fault.GetRpcStatus() is null,
        _ => false,
    };
}
