namespace GradCamGrpc.Server.Video;

/// <summary>Which frames of a video are answered.</summary>
/// <param name="Step">One in so many.</param>
/// <param name="LatestWins">Whether a frame that waits gives way to one that comes.</param>
internal sealed record FrameChoice(int Step, bool LatestWins)
{
    public static FrameChoice Every { get; } = new(Step: 1, LatestWins: false);

    public static FrameChoice Latest { get; } = new(Step: 1, LatestWins: true);

    public static FrameChoice EveryNth(int step) => new(step, LatestWins: false);

    /// <summary>Whether a frame may be answered.</summary>
    /// <param name="number">Its place among the accepted frames, from 0.</param>
    public bool Takes(long number) => number % Step == 0;
}
