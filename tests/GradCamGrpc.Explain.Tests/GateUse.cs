namespace GradCamGrpc.Explain.Tests;

/// <summary>What becomes of a run's decisions at its gates.</summary>
internal enum GateUse
{
    /// <summary>They are noted in place of what was noted before.</summary>
    Note,

    /// <summary>Nothing: the run decides for itself.</summary>
    Ignore,

    /// <summary>The noted ones replace them.</summary>
    Impose,
}
