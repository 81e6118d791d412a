namespace GradCamGrpc.Batching;

/// <summary>What became of an item that somebody wanted to enqueue.</summary>
public abstract record Admission
{
    private Admission()
    {
    }

    /// <summary>The item is in the queue: it will be answered, or told why not.</summary>
    public sealed record Accepted : Admission;

    /// <summary>The queue is full. The item was not taken.</summary>
    /// <param name="RetryAfter">How long the queue will take to empty, as recent batches went.</param>
    public sealed record QueueFull(TimeSpan RetryAfter) : Admission;

    /// <summary>The batcher has not started, or takes no more work. The item was not taken.</summary>
    public sealed record Closed : Admission;
}
