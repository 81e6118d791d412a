namespace GradCamGrpc.Explain.Scores;

/// <summary>One scalar to differentiate of a sentence: a weighted sum over its places, Σ weight · link(outputs at the place)[word].</summary>
/// <param name="Link">What the outputs are turned into first, over all words.</param>
/// <param name="Terms">The places and words, and their weights; at least one.</param>
public sealed record SentenceTarget(ScoreLink Link, IReadOnlyList<(int Place, int Word, float Weight)> Terms);
