namespace GradCamGrpc.Batching;

/// <summary>What a batch took when it was tried.</summary>
/// <param name="Size">Items in it, 1 or more.</param>
/// <param name="Time">How long it ran, more than zero.</param>
public readonly record struct BatchTiming(int Size, TimeSpan Time)
{
    /// <summary>What each item took.</summary>
    public TimeSpan PerItem => Time / Size;
}
