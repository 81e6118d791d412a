using GradCamGrpc.Explain.Scores;

namespace GradCamGrpc.Server.Inference;

/// <summary>A score that is explained.</summary>
/// <param name="ClassIndex">The class whose it is; null for that of several classes together.</param>
/// <param name="Target">What is differentiated.</param>
internal sealed record ChosenScore(int? ClassIndex, ScoreTarget Target)
{
    /// <summary>Whose score it is, for a message.</summary>
    public string Name => ClassIndex is { } index ? $"class {index}" : "a weighted sum of classes";
}
