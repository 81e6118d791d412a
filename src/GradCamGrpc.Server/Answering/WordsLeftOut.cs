namespace GradCamGrpc.Server.Answering;

/// <summary>What becomes of an answer without each word of its question.</summary>
/// <param name="Score">The answer's score, the whole question asked.</param>
/// <param name="Whole">How the answer stands, the whole question asked.</param>
/// <param name="Without">How it stands without each word, in their order.</param>
internal sealed record WordsLeftOut(AnswerScore Score, AnswerStanding Whole, IReadOnlyList<AnswerStanding> Without);
