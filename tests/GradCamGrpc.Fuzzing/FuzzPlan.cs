namespace GradCamGrpc.Fuzzing;

/// <summary>Which inputs are tried, and how.</summary>
/// <param name="Seed">With the number of a case it decides the input.</param>
/// <param name="First">The number of the first case.</param>
/// <param name="Count">How many cases.</param>
/// <param name="Bound">What one case may take.</param>
/// <param name="Folder">Where the inputs go that were not taken as they must be, and the number of the case under way.</param>
public sealed record FuzzPlan(int Seed, int First, int Count, TimeSpan Bound, string Folder)
{
    /// <summary>How many cases run at a time.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>The numbers that a case draws from.</summary>
    public Random RandomOf(int number) => new(unchecked(Seed * 1_000_003 + number));
}
