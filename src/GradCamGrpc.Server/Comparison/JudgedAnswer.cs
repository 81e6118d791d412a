using GradCamGrpc.Server.Evidence;

namespace GradCamGrpc.Server.Comparison;

/// <summary>What a model said of a photo, and what speaks for its map.</summary>
/// <param name="Answer">What it said.</param>
/// <param name="Judgement">What was measured of the map.</param>
internal sealed record JudgedAnswer(AnsweredQuestion Answer, MapJudgement Judgement);
