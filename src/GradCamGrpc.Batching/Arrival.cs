namespace GradCamGrpc.Batching;

/// <summary>A request that asks for a place.</summary>
/// <param name="Client">Who asks.</param>
/// <param name="Priority">How it stands to others.</param>
/// <param name="Deadline">When its client stops waiting, by the wall clock; null for never.</param>
/// <param name="Bytes">Memory that each of its items takes while it waits.</param>
/// <param name="Items">How many items it will have in the queue, 1 or more.</param>
public readonly record struct Arrival(ClientShare Client, Priority Priority, DateTimeOffset? Deadline, long Bytes, int Items = 1)
{
    internal Line Line => new(Client, Priority);
}
