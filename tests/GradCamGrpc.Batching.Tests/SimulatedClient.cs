namespace GradCamGrpc.Batching.Tests;

/// <summary>Somebody who sends requests to a simulated queue.</summary>
/// <param name="Name">Who.</param>
/// <param name="Priority">How its requests stand to others.</param>
/// <param name="PerSecond">How many come, on average; null for one after each answer.</param>
/// <param name="To">When it ends, in seconds.</param>
internal sealed record SimulatedClient(string Name, Priority Priority, double? PerSecond, double To);
