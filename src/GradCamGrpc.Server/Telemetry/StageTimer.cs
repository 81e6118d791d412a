using System.Diagnostics;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>A stage in progress: a span from its creation to its disposal, and a measurement at its end.</summary>
internal sealed class StageTimer(ServerMetrics metrics, TimeProvider time, string stage, string model, Activity? span) : IDisposable
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>How long the stage has taken so far.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public void Dispose()
    {
        metrics.Record(stage, model, Elapsed);
        span?.Dispose();
    }
}
