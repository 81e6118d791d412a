using System.Globalization;

namespace GradCamGrpc.Cli.Video;

/// <summary>What a film's file says of it.</summary>
/// <param name="FramesPerSecond">As a fraction that ffmpeg reads, such as 30000/1001.</param>
/// <param name="FrameCount">How many frames it has, about; 0 where that is unknown.</param>
internal sealed record VideoFile(string FramesPerSecond, int FrameCount)
{
    /// <exception cref="VideoToolException">It is no film, or ffprobe is not there.</exception>
    public static async Task<VideoFile> ReadAsync(string path, CancellationToken cancellation)
    {
        using var probe = VideoTool.Start(
            "ffprobe", $"read '{path}' as a film", isFed: false, "-select_streams", "v:0", "-show_entries", "stream=r_frame_rate,nb_frames", "-of", "csv=p=0", path);
        using var reader = new StreamReader(probe.Output);
        var line = await reader.ReadLineAsync(cancellation);
        await reader.ReadToEndAsync(cancellation);
        await probe.EndAsync(cancellation);
        if (line?.Split(',') is not [var rate, ..] fields || rate is "" or "0/0")
            throw new VideoToolException($"'{path}' has no pictures");
        var isCounted = int.TryParse(fields.ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        return new VideoFile(rate, isCounted ? count : 0);
    }

    /// <summary>The time from a frame to the next.</summary>
    public TimeSpan Interval
    {
        get
        {
            var parts = FramesPerSecond.Split('/');
            var (frames, seconds) = (Number(parts[0]), parts.Length > 1 ? Number(parts[1]) : 1);
            return TimeSpan.FromSeconds(seconds / frames);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
