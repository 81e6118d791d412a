namespace GradCamGrpc.Batching.Tests;

/// <summary>A request in a simulated queue.</summary>
internal sealed record SimulatedItem(SimulatedClient Client, double ArrivedAt) : IBatchItem
{
    public DateTimeOffset? Deadline => null;

    public CancellationToken Cancellation => CancellationToken.None;

    public void Fail(Exception reason) => throw new InvalidOperationException("nothing is dropped here", reason);
}
