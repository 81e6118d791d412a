using GradCamGrpc.Batching;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Server.Options;

/// <summary>Limits of the queue in front of a model.</summary>
/// <param name="Capacity">Requests that may wait; one more is refused.</param>
/// <param name="MaxBatch">Requests that are run together at most; null for what a model's manifest says, or to choose by what batches take at the start.</param>
/// <param name="MaxDelay">How long an idle model waits for a fuller batch; null for what a model's manifest says, or to choose.</param>
/// <param name="MaxBytes">Bytes of inputs that may wait.</param>
/// <param name="TargetWait">How long a request may have to wait where the queue stands; null for 1.25 runs of a full batch, <see cref="TimeSpan.MaxValue"/> for any time.</param>
public sealed record QueueOptions(int Capacity, int? MaxBatch, TimeSpan? MaxDelay, long MaxBytes = 256 << 20, TimeSpan? TargetWait = null)
{
    /// <summary>
    /// Requests that run together at most where neither <see cref="MaxBatch"/> nor the manifest says it; null to choose by what batches take at
    /// the start. Where it is set nothing is measured, and a model is ready sooner.
    /// </summary>
    public int? UnmeasuredBatch { get; init; }

    /// <summary>What is set of how a model's batches are formed: by these options, and else by its manifest.</summary>
    /// <param name="manifest">What the manifest says; null where it says nothing.</param>
    internal BatchSettings BatchesOf(BatchingManifest? manifest) => new(
        MaxBatch ?? manifest?.MaxBatch ?? UnmeasuredBatch,
        MaxDelay ?? (manifest?.MaxDelayMs is { } delay ? TimeSpan.FromMilliseconds(delay) : UnmeasuredBatch is null ? null : TimeSpan.Zero));
}
