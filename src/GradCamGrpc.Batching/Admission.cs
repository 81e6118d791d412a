namespace GradCamGrpc.Batching;

/// <summary>What becomes of a request that somebody wants to have answered.</summary>
public abstract record Admission<TItem>
    where TItem : IBatchItem
{
    private Admission()
    {
    }

    /// <summary>There is a place for it: whatever is enqueued there is answered, or told why not.</summary>
    /// <param name="Place">The place. Whoever has it disposes of it.</param>
    public sealed record Accepted(Place<TItem> Place) : Admission<TItem>;

    /// <summary>There is none at the moment.</summary>
    /// <param name="Refusal">Why, and when to try again.</param>
    public sealed record Refused(Refusal Refusal) : Admission<TItem>;

    /// <summary>The batcher has not started, or takes no more work.</summary>
    public sealed record Closed : Admission<TItem>;
}
