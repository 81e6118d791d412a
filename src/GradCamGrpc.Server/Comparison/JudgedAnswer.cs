namespace GradCamGrpc.Server.Comparison;

/// <summary>What a model said of a photo, and how faithful its map is.</summary>
/// <param name="Answer">What it said.</param>
/// <param name="Faithfulness">How faithful the map is.</param>
internal sealed record JudgedAnswer(AnsweredQuestion Answer, MapFaithfulness Faithfulness);
