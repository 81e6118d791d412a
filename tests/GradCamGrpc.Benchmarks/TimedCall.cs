namespace GradCamGrpc.Benchmarks;

/// <summary>A call of an open-loop load.</summary>
/// <param name="Arrival">When it was to be made, from the load's start. Its latency is measured from then, whenever it was made.</param>
/// <param name="Latency">Until its answer, or until it was refused.</param>
/// <param name="Outcome">What became of it.</param>
internal readonly record struct TimedCall(TimeSpan Arrival, TimeSpan Latency, CallOutcome Outcome);
