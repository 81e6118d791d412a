namespace GradCamGrpc.Batching;

/// <summary>All that a policy may look at.</summary>
/// <param name="Count">Items waiting, 1 or more.</param>
/// <param name="OldestWait">How long the oldest of them has waited.</param>
/// <param name="RunTime">How long the batch would run that could go out now, cautiously; 0 or more.</param>
/// <param name="TimeToDeadline">What the earliest deadline among them leaves; null when none has one.</param>
/// <param name="IsDraining">Whether no further items will come.</param>
public readonly record struct QueueSnapshot(int Count, TimeSpan OldestWait, TimeSpan RunTime, TimeSpan? TimeToDeadline, bool IsDraining);
