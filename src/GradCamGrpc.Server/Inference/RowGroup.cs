using GradCamGrpc.Batching;

namespace GradCamGrpc.Server.Inference;

/// <summary>What a call puts into a model's queue: rows that go in one batch.</summary>
/// <param name="rows">The rows, one at least.</param>
/// <param name="deadline">When the client stops waiting; null for never.</param>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal sealed class RowGroup(IReadOnlyList<InferenceRow> rows, DateTimeOffset? deadline, CancellationToken cancellation) : IBatchItem
{
    public IReadOnlyList<InferenceRow> Rows { get; } = rows;

    public DateTimeOffset? Deadline { get; } = deadline;

    public CancellationToken Cancellation { get; } = cancellation;

    public void Fail(Exception reason)
    {
        foreach (var row in Rows)
        {
            row.Input.Dispose();
            foreach (var request in row.Requests)
                request.Fail(reason);
        }
    }
}
