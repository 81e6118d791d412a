using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace GradCamGrpc.Benchmarks;

/// <summary>A C# client that explains photos over <c>ExplainStream</c>, so many in flight.</summary>
internal static class StreamingClient
{
    /// <returns>Photos a second, from the first to the last answer.</returns>
    public static async Task<double> RunForAsync(string address, byte[] photo, int concurrency, TimeSpan time)
    {
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        await MeasureAsync(channel, photo, concurrency, TimeSpan.FromSeconds(1));
        return await MeasureAsync(channel, photo, concurrency, time);
    }

    private static async Task<double> MeasureAsync(GrpcChannel channel, byte[] photo, int concurrency, TimeSpan time)
    {
        using var call = new ClassificationService.ClassificationServiceClient(channel).ExplainStream();
        using var places = new SemaphoreSlim(concurrency);
        var request = new ClassificationServiceExplainRequest { Image = new Image { Encoded = ByteString.CopyFrom(photo) } };
        var answered = Task.Run(async () =>
        {
            var values = 0L;
            await foreach (var message in call.ResponseStream.ReadAllAsync())
            {
                if (message.Part?.Map is { } map)
                    values += Floats(map.Outputs[0].Raw.Data).Length;
                if (message.End is not { } end)
                    continue;
                if (end.Code != 0)
                    throw new RpcException(new Status((StatusCode)end.Code, end.Message));
                places.Release();
            }
            return values;
        });
        await call.RequestStream.WriteAsync(new ClassificationServiceExplainStreamRequest
        {
            Settings = new ExplainStreamSettings { MaxInFlight = concurrency },
        });
        var start = Stopwatch.GetTimestamp();
        var sent = 0;
        for (; Stopwatch.GetElapsedTime(start) < time; sent++)
        {
            // Once the answers have ended, by an error, no place gets free.
            if (await Task.WhenAny(places.WaitAsync(), answered) == answered)
                break;
            var item = new ExplainItem { Id = sent.ToString(CultureInfo.InvariantCulture), Request = request };
            await call.RequestStream.WriteAsync(new ClassificationServiceExplainStreamRequest { Item = item });
        }
        await call.RequestStream.CompleteAsync();
        if (await answered == 0)
            throw new InvalidOperationException("No map came.");
        return sent / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>A map's numbers, as a client wants them.</summary>
    private static float[] Floats(ByteString data)
    {
        var values = new float[data.Length / sizeof(float)];
        Buffer.BlockCopy(data.ToByteArray(), 0, values, 0, data.Length);
        return values;
    }
}
