namespace GradCamGrpc.Batching;

/// <summary>What a policy wants done now.</summary>
public abstract record BatchDecision
{
    private BatchDecision()
    {
    }

    /// <summary>Run the oldest items.</summary>
    /// <param name="Count">How many.</param>
    /// <param name="Reason">Why now.</param>
    public sealed record Ship(int Count, ShipReason Reason) : BatchDecision;

    /// <summary>Look again after this time, or when something changes.</summary>
    /// <param name="Time">More than zero, or infinite.</param>
    public sealed record Wait(TimeSpan Time) : BatchDecision;
}
