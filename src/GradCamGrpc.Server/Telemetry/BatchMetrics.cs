using GradCamGrpc.Batching;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>Turns what happens at one model's queue into metrics and logs.</summary>
internal sealed class BatchMetrics(string model, ServerMetrics metrics, ILogger logger) : IBatchObserver
{
    public void Opened(BatchPolicy policy, IReadOnlyList<BatchTiming> timings)
    {
        if (timings.Count > 0 && logger.IsEnabled(LogLevel.Information))
            logger.BatchesMeasured(model, string.Join(", ", timings.Select(timing => FormattableString.Invariant($"{timing.Size} in {timing.Time.TotalMilliseconds:F1} ms"))));
        logger.BatchesFormed(model, policy.MaxBatchSize, policy.MaxDelay.TotalMilliseconds);
    }

    public void Refused(RefusalReason reason) => metrics.Refused(model, reason switch
    {
        RefusalReason.Items => "queue",
        RefusalReason.Bytes => "queue_bytes",
        RefusalReason.Share => "share",
        RefusalReason.Deadline => "deadline",
        RefusalReason.Standing => "overload",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "unknown reason"),
    });

    public void Shipped(int size, ShipReason reason) => metrics.Shipped(model, size, reason);

    public void Waited(TimeSpan wait) => metrics.Record(Stage.Queue, model, wait);

    public void Dropped(Exception reason) => metrics.Dropped(model, reason is DeadlineExceededException ? "deadline" : "cancelled");

    public void BatchFailed(Exception fault) => logger.BatchFailed(fault, model);

    public void CloseFailed(Exception fault) => logger.CloseFailed(fault, model);

    public void Failed(Exception fault) => logger.WorkerFailed(fault, model);

    public void NotificationFailed(Exception fault) => logger.NotificationFailed(fault, model);
}
