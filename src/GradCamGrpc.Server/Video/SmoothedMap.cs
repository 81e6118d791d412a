namespace GradCamGrpc.Server.Video;

/// <summary>Exponential smoothing of one map over time, the same at every frame rate: s = w * m + (1 - w) * s.</summary>
/// <param name="factor">w for frames that are <see cref="Interval"/> apart, 0 to 1.</param>
internal sealed class SmoothedMap(double factor)
{
    private float[]? _mean;
    private TimeSpan _at;

    /// <summary>The time between two frames for which the factor is meant: a thirtieth of a second.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(1) / 30;

    /// <summary>The smoothed map.</summary>
    /// <param name="values">The next map, of as many values as the last.</param>
    /// <param name="timestamp">When its frame was taken, after the last.</param>
    public ReadOnlyMemory<float> Next(ReadOnlyMemory<float> values, TimeSpan timestamp)
    {
        var next = values.ToArray();
        if (_mean is not null)
        {
            var weight = Weight(timestamp - _at);
            for (var i = 0; i < next.Length; i++)
                next[i] = (float)(weight * next[i] + (1 - weight) * _mean[i]);
        }
        (_mean, _at) = (next, timestamp);
        return next;
    }

    private double Weight(TimeSpan elapsed) => 1 - Math.Pow(1 - factor, elapsed / Interval);
}
