using GradCamGrpc.Batching;

namespace GradCamGrpc.Server.Errors;

/// <summary>A request that was refused because of those that wait already.</summary>
internal sealed class QueueFullException(RefusalReason reason, TimeSpan retryAfter)
    : Exception($"{Describe(reason)}; try again in {Math.Ceiling(retryAfter.TotalMilliseconds)} ms")
{
    public TimeSpan RetryAfter { get; } = retryAfter;

    /// <summary>The reason, as <c>google.rpc.ErrorInfo</c> has it.</summary>
    public string Code { get; } = reason switch
    {
        RefusalReason.Deadline => "DEADLINE_OUT_OF_REACH",
        RefusalReason.Standing => "OVERLOADED",
        _ => "QUEUE_FULL",
    };

    private static string Describe(RefusalReason reason) => reason switch
    {
        RefusalReason.Deadline => "too many requests are waiting to answer this one by its deadline",
        RefusalReason.Standing => "more requests come than can be answered, and this one would wait too long",
        RefusalReason.Share => "too many requests of this client are waiting",
        _ => "too many requests are waiting",
    };
}
