using System.CommandLine;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>video</c>: cameras of 30 frames a second, by one client and by several at once.</summary>
internal static class VideoBenchmark
{
    private static readonly TimeSpan FrameDeadline = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "how long each measurement takes", DefaultValueFactory = _ => 20 };
        var clients = new Option<int>("--clients") { Description = "cameras at once, in the second measurement", DefaultValueFactory = _ => 8 };
        var command = new Command("video", "Live video: 640 x 360 JPEG at 30 frames a second, the latest frame wins; a raw map out.") { seconds, clients };
        command.SetAction(async (parsed, _) =>
        {
            var time = TimeSpan.FromSeconds(parsed.GetValue(seconds));
            var frames = VideoCamera.Frames();
            var options = ServerOptions.Default with { Listen = new IPEndPoint(IPAddress.Loopback, 0), Http = null, Metrics = null };
            await using var server = GradCamServer.Build(options, logging => logging.ClearProviders());
            await server.StartAsync();
            await server.WhenReady;
            await RunAsync(server.Address, frames, clients: 2, TimeSpan.FromSeconds(3));
            Console.WriteLine($"{frames.Average(frame => frame.Length) / 1024:F0} KiB a frame, deadline {FrameDeadline.TotalMilliseconds:F0} ms");
            foreach (var count in new[] { 1, parsed.GetValue(clients) })
                Print(count, await RunAsync(server.Address, frames, count, time), time);
            await server.StopAsync();
        });
        return command;
    }

    private static async Task<IReadOnlyList<FilmedFrame>> RunAsync(Uri server, IReadOnlyList<ByteString> frames, int clients, TimeSpan time)
    {
        var settings = new VideoSettings { Policy = FramePolicy.LatestWins, FrameDeadline = Duration.FromTimeSpan(FrameDeadline) };
        var filmed = await Task.WhenAll(Enumerable.Range(0, clients).Select(async i =>
        {
            using var channel = GrpcChannel.ForAddress(server);
            return await VideoCamera.FilmAsync(new VideoService.VideoServiceClient(channel), settings, frames, start: 5 * i, time);
        }));
        return [.. filmed.SelectMany(frames => frames)];
    }

    private static void Print(int clients, IReadOnlyList<FilmedFrame> frames, TimeSpan time)
    {
        var explained = frames.Where(frame => frame.Result.Explained is not null).ToArray();
        var latencies = explained.Select(frame => frame.Latency.TotalMilliseconds).ToArray();
        var stale = explained.Count(frame => frame.Result.Explained.Latency.ToTimeSpan() > FrameDeadline);
        Console.WriteLine($"clients                  {clients}");
        Console.WriteLine($"frames                   {frames.Count} ({frames.Count / time.TotalSeconds / clients:F1} a second and client)");
        Console.WriteLine($"explained                {(double)explained.Length / frames.Count:P1} ({explained.Length / time.TotalSeconds:F1} a second, all together)");
        Console.WriteLine($"dropped / expired        {Count(UnansweredReason.Dropped)} / {Count(UnansweredReason.Expired)}");
        Console.WriteLine($"failed                   {frames.Count(frame => frame.Result.Status is not null)}");
        Console.WriteLine($"latency p50 / p99        {latencies.Percentile(0.5):F0} / {latencies.Percentile(0.99):F0} ms, from the sending to the answer");
        Console.WriteLine($"stale                    {stale}   (goal: 0)");

        int Count(UnansweredReason reason) => frames.Count(frame => frame.Result.UnansweredReason == reason);
    }
}
