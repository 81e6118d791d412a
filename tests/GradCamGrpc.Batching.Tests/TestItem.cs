namespace GradCamGrpc.Batching.Tests;

/// <summary>An item that remembers what it was told.</summary>
internal sealed class TestItem(DateTimeOffset? deadline = null, CancellationToken cancellation = default) : IBatchItem
{
    /// <summary>Who has no answer by then has lost it: the test fails instead of hanging.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<int> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset? Deadline => deadline;

    public CancellationToken Cancellation => cancellation;

    /// <summary>The size of the batch it was in, or why it has no answer.</summary>
    public Task<int> Answer => _answer.Task.WaitAsync(Patience);

    public void Answered(int batchSize) => _answer.SetResult(batchSize);

    public void Fail(Exception reason) => _answer.SetException(reason);
}
