namespace GradCamGrpc.Explain.Scores;

/// <summary>What a network's outputs are turned into before a score is read off.</summary>
public enum ScoreLink
{
    /// <summary>The outputs as they are, before any softmax.</summary>
    Logit,

    /// <summary>The softmax over all classes.</summary>
    Probability,

    /// <summary>The natural logarithm of the softmax.</summary>
    LogProbability,
}
