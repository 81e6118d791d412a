using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Evidence;

/// <summary>What came of a sanity check on one photo.</summary>
/// <param name="Path">The photo.</param>
/// <param name="Subject">What was checked; null when that is not known.</param>
/// <param name="Checkpoints">The comparisons, those that came before a fault included.</param>
/// <param name="Fault">Why the answer is not whole; null when it is.</param>
internal sealed record SanityCheckedPhoto(string Path, SanitySubject? Subject, IReadOnlyList<SanityCheckpoint> Checkpoints, string? Fault);
