using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Video;

/// <summary>Sends a film's frames to a server, and writes a film of what comes back.</summary>
/// <param name="server">Who answers.</param>
/// <param name="settings">How; each frame's first map has one picture.</param>
internal sealed class VideoRun(ServerConnection server, VideoSettings settings)
{
    private readonly Channel<bool> _inFlight = Channel.CreateBounded<bool>(capacity: 8);

    /// <param name="source">The film's file; null for standard input.</param>
    /// <param name="film">What it says of it.</param>
    /// <param name="target">The film that is written.</param>
    /// <param name="done">Called after each frame.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="VideoToolException">ffmpeg is not there, or failed.</exception>
    /// <exception cref="RpcException">The call failed.</exception>
    /// <exception cref="InvalidDataException">The settings are wrong, or no frame was explained.</exception>
    public async Task<WrittenVideo> RunAsync(string? source, VideoFile film, string target, Action done, CancellationToken cancellation)
    {
        using var decoder = VideoTool.Start(
            "ffmpeg", $"read {(source is null ? "standard input" : $"'{source}'")} as a film", isFed: false, "-nostdin", "-i", source ?? "pipe:0", "-an", "-vf", $"fps={film.FramesPerSecond}", "-f", "image2pipe", "-c:v", "ppm", "pipe:1");
        using var encoder = VideoTool.Start(
            "ffmpeg", $"write '{target}'", isFed: true, "-y", "-f", "image2pipe", "-framerate", film.FramesPerSecond, "-c:v", "mjpeg", "-i", "pipe:0",
            "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", target);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = server.Video.Explain(cancellationToken: stop.Token);
        var sending = SendAsync(call.RequestStream, decoder, film.Interval, stop);
        try
        {
            var written = await WriteAsync(call.ResponseStream, encoder, done, stop.Token);
            await sending;
            return written;
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAny(sending);

            // Where the reading of the film failed, that is why the call was given up.
            if (sending.Exception?.InnerException is IOException or InvalidDataException)
                await sending;
            throw;
        }
    }

    private async Task SendAsync(
        IClientStreamWriter<VideoServiceExplainRequest> requests, VideoTool decoder, TimeSpan interval, CancellationTokenSource stop)
    {
        try
        {
            await requests.WriteAsync(new VideoServiceExplainRequest { Settings = settings }, stop.Token);
            var index = 0L;
            await foreach (var frame in PixmapReader.ReadAsync(decoder.Output, stop.Token))
            {
                await _inFlight.Writer.WriteAsync(true, stop.Token);
                var timed = new VideoFrame { Timestamp = Duration.FromTimeSpan(index++ * interval), Image = new Image { Raw = frame } };
                await requests.WriteAsync(new VideoServiceExplainRequest { Frame = timed }, stop.Token);
            }
            await decoder.EndAsync(stop.Token);
            await requests.CompleteAsync();
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<WrittenVideo> WriteAsync(
        IAsyncStreamReader<VideoServiceExplainResponse> responses, VideoTool encoder, Action done, CancellationToken cancellation)
    {
        var written = new WrittenVideo(FrameCount: 0, Explained: 0, Reused: 0);
        EncodedImage? picture = null;
        await foreach (var frame in InOrderAsync(responses, cancellation))
        {
            await _inFlight.Reader.ReadAsync(cancellation);

            // A frame that is skipped shows the last picture, so that the film keeps its time.
            picture = frame.Explained?.Maps[0].Outputs[0].Image ?? picture;
            if (picture is not null)
                await FeedAsync(encoder, picture, cancellation);
            written = written with
            {
                FrameCount = written.FrameCount + 1,
                Explained = written.Explained + (frame.Explained is null ? 0 : 1),
                Reused = written.Reused + (frame.Explained?.KeyframeTimestamp is null ? 0 : 1),
            };
            done();
        }
        if (picture is null)
            throw new InvalidDataException("there are no pictures");
        encoder.Input.Close();
        await encoder.EndAsync(cancellation);
        return written;
    }

    /// <summary>The frames in their order; one that is skipped is told of before those that are at work.</summary>
    private static async IAsyncEnumerable<VideoFrameResult> InOrderAsync(
        IAsyncStreamReader<VideoServiceExplainResponse> responses, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var early = new Dictionary<long, VideoFrameResult>();
        var next = 0L;
        await foreach (var response in responses.ReadAllAsync(cancellation))
        {
            if (response.SettingsStatus is { Code: not 0 } wrong)
                throw new InvalidDataException(wrong.Message);
            if (response.Frame is not { } frame)
                continue;
            if (frame.Status is { } fault)
                throw new InvalidDataException($"frame {frame.FrameIndex}: {fault.Message}");
            early.Add(frame.FrameIndex, frame);
            while (early.Remove(next, out var due))
            {
                next++;
                yield return due;
            }
        }
    }

    private static async Task FeedAsync(VideoTool encoder, EncodedImage picture, CancellationToken cancellation)
    {
        try
        {
            await encoder.Input.WriteAsync(picture.Data.Memory, cancellation);
        }
        catch (IOException)
        {
            // It has ended, and says why.
            await encoder.EndAsync(cancellation);
            throw;
        }
    }
}
