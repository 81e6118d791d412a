using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Evidence;

/// <summary>A score whose maps are judged.</summary>
/// <param name="TargetIndex">Which of the request's targets asked for it; 0 where it has no list of them.</param>
/// <param name="Choice">What of its class, or of several, it is.</param>
/// <param name="Score">The score.</param>
internal sealed record JudgedScore(int TargetIndex, ScoreChoice Choice, ChosenScore Score)
{
    /// <summary>The score of a request about one class.</summary>
    public static JudgedScore OfLogit(int classIndex) =>
        new(TargetIndex: 0, ScoreChoice.Logit, new ChosenScore(classIndex, ScoreChoice.Logit.Of(classIndex)));

    public ScoreTarget Target => Score.Target;

    /// <summary>What curves follow.</summary>
    public ScoreTarget Followed => OnlyClass is { } index ? ScoreTarget.Of(index, ScoreLink.Probability) : Target;

    /// <summary>Whether curves follow the class's probability.</summary>
    public bool FollowsProbability => OnlyClass is not null;

    /// <summary>The class that alone the score speaks for; null where there is none.</summary>
    private int? OnlyClass => Choice.IsForOneClass ? Score.ClassIndex : null;

    /// <summary>A map of the network to judge.</summary>
    public JudgedMap Judged(Explain.SaliencyMap map) =>
        new(TargetIndex, Score.ClassIndex, map.Score, Explain.Evidence.HeatMap.Of(map), map, Protos.V1.Baseline.Unspecified);
}
