namespace GradCamGrpc.Benchmarks;

/// <summary>What became of a call.</summary>
internal enum CallOutcome
{
    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>It was refused, with a hint when to try again.</summary>
    Refused,

    /// <summary>It ended in another status.</summary>
    Failed,
}
