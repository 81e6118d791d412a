namespace GradCamGrpc.Server.Answering;

/// <summary>What becomes of an answer without each word of its question.</summary>
/// <param name="Score">The answer's score, the whole question asked.</param>
/// <param name="Whole">The natural logarithm of the answer's probability, the whole question asked.</param>
/// <param name="Without">That without each word, in their order.</param>
internal sealed record WordsLeftOut(AnswerScore Score, double Whole, IReadOnlyList<double> Without);
