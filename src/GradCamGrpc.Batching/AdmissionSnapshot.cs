namespace GradCamGrpc.Batching;

/// <summary>All that decides whether a request is taken.</summary>
internal readonly record struct AdmissionSnapshot
{
    /// <summary>Items that it has, 1 or more.</summary>
    public required int Items { get; init; }

    /// <summary>Bytes that they take together.</summary>
    public required long Bytes { get; init; }

    /// <summary>Items that wait or are being prepared.</summary>
    public required int Waiting { get; init; }

    /// <summary>Bytes that they take.</summary>
    public required long WaitingBytes { get; init; }

    /// <summary>Those of the request's client among them.</summary>
    public required int ClientWaiting { get; init; }

    /// <summary>Bytes that the client's take.</summary>
    public required long ClientBytes { get; init; }

    /// <summary>Whether a worker has nothing to do.</summary>
    public required bool IsResting { get; init; }

    /// <summary>Whether the queue has stood for a while.</summary>
    public required bool IsStanding { get; init; }

    /// <summary>How long the request would wait, as the queue moves.</summary>
    public required TimeSpan Wait { get; init; }

    /// <summary>How long its batch would then run.</summary>
    public required TimeSpan Run { get; init; }

    /// <summary>How long all that waits takes.</summary>
    public required TimeSpan TimeToEmpty { get; init; }

    /// <summary>How long it may wait where the queue stands.</summary>
    public required TimeSpan TargetWait { get; init; }

    /// <summary>What its deadline leaves; null where it has none.</summary>
    public required TimeSpan? TimeToDeadline { get; init; }
}
