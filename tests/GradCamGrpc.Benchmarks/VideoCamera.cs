using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>A client that sends frames at the pace of a camera, whatever the server does.</summary>
internal static class VideoCamera
{
    private const int FramesPerSecond = 30;
    private const int FrameCount = 60;
    private const int Width = 640;
    private const int Height = 360;

    /// <summary>Two seconds of a camera that turns: a photo on a large ground, further to the left from frame to frame. JPEG files.</summary>
    public static IReadOnlyList<ByteString> Frames()
    {
        using var photo = BenchPhoto.Read();
        return [.. Enumerable.Range(0, FrameCount).Select(i => ByteString.CopyFrom(Frame(photo, shift: 4 * i)))];
    }

    /// <summary>Sends frames for a time.</summary>
    /// <param name="client">The server.</param>
    /// <param name="settings">How they are answered.</param>
    /// <param name="frames">The frames, over and over.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="time">How long.</param>
    public static async Task<IReadOnlyList<FilmedFrame>> FilmAsync(
        VideoService.VideoServiceClient client, VideoSettings settings, IReadOnlyList<ByteString> frames, int start, TimeSpan time)
    {
        using var call = client.Explain();
        var sent = new ConcurrentDictionary<long, long>();
        var filmed = ReadAsync(call.ResponseStream, sent);
        await call.RequestStream.WriteAsync(new VideoServiceExplainRequest { Settings = settings });
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / FramesPerSecond);
        var clock = Stopwatch.StartNew();
        for (var i = 0L; clock.Elapsed < time; i++)
        {
            await timer.WaitForNextTickAsync();
            var image = new Image { Encoded = frames[(int)((start + i) % frames.Count)] };
            var frame = new VideoFrame { Timestamp = Duration.FromTimeSpan(clock.Elapsed), Image = image };
            sent[i] = Stopwatch.GetTimestamp();
            await call.RequestStream.WriteAsync(new VideoServiceExplainRequest { Frame = frame });
        }
        await call.RequestStream.CompleteAsync();
        return await filmed;
    }

    private static async Task<IReadOnlyList<FilmedFrame>> ReadAsync(
        IAsyncStreamReader<VideoServiceExplainResponse> responses, ConcurrentDictionary<long, long> sent)
    {
        var filmed = new List<FilmedFrame>();
        await foreach (var response in responses.ReadAllAsync())
        {
            if (response.Frame is { } frame)
                filmed.Add(new FilmedFrame(frame, Stopwatch.GetElapsedTime(sent[frame.FrameIndex])));
        }
        return filmed;
    }

    private static byte[] Frame(PixelBuffer photo, int shift)
    {
        using var frame = new PixelBuffer(Width, Height);
        for (var y = 0; y < Height; y++)
        {
            var from = photo.Row(y % photo.Height);
            var to = frame.Row(y);
            for (var x = 0; x < Width; x++)
                from.Slice((x + shift) % photo.Width * PixelBuffer.Channels, PixelBuffer.Channels).CopyTo(to[(x * PixelBuffer.Channels)..]);
        }
        return PictureEncoder.Encode(frame, PictureFormat.Jpeg, quality: 85);
    }
}
