namespace GradCamGrpc.Benchmarks;

/// <summary>A call of an open-loop load.</summary>
/// <param name="Arrival">When it was to be made, from the load's start. Its latency is measured from then, whenever it was made.</param>
/// <param name="Latency">Until its answer, or until it was refused.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Batch">The size of the batch in which it was answered; 0 where it was not.</param>
internal readonly record struct TimedCall(TimeSpan Arrival, TimeSpan Latency, CallOutcome Outcome, int Batch);
