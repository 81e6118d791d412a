namespace GradCamGrpc.Batching;

/// <summary>Why a request is not taken.</summary>
public enum RefusalReason
{
    /// <summary>As many wait as may.</summary>
    Items,

    /// <summary>What waits takes as many bytes as it may.</summary>
    Bytes,

    /// <summary>Its client has as large a part of the queue as one may have while others could come.</summary>
    Share,

    /// <summary>As the queue moves now, its batch would not have run by its deadline.</summary>
    Deadline,

    /// <summary>The queue has stood for a while, and the request would wait longer than the target.</summary>
    Standing,
}
