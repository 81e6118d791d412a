namespace GradCamGrpc.Batching;

/// <summary>An item that was accepted.</summary>
/// <param name="Item">The item.</param>
/// <param name="EnqueuedAt">When, as a timestamp of the batcher's <see cref="TimeProvider"/>.</param>
public readonly record struct QueuedItem<TItem>(TItem Item, long EnqueuedAt);
