namespace GradCamGrpc.Batching.Tests;

/// <summary>A request that was answered.</summary>
/// <param name="Client">Whose it was.</param>
/// <param name="Arrived">When it came, in seconds.</param>
/// <param name="Latency">How long its client waited, in seconds.</param>
internal sealed record SimulatedAnswer(string Client, double Arrived, double Latency);
