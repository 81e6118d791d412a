using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Server.Evidence;

/// <summary>Something that a check tells on its way.</summary>
internal abstract record SanityStep
{
    /// <summary>The network is there, and its maps.</summary>
    /// <param name="Modules">What will be randomized, in that order.</param>
    /// <param name="Score">The value of the score, before anything is random.</param>
    public sealed record Started(IReadOnlyList<string> Modules, float Score) : SanityStep;

    /// <summary>The maps were compared.</summary>
    public sealed record Compared(SanityCheckpoint Checkpoint) : SanityStep;
}
