namespace GradCamGrpc.Training.Metrics;

/// <summary>
/// The share of questions whose whole answer is the true one. Case and the white space around and between words do not matter; all else
/// does: an answer of several words is right only with all of them, in order, and no word counts as nearly right.
/// </summary>
public static class AnswerAccuracy
{
    /// <summary>The share of right answers, 0 to 1.</summary>
    /// <param name="answers">What was answered.</param>
    /// <param name="truths">The true answer of each question, in the same order.</param>
    /// <exception cref="ArgumentException">There are no answers, or not as many as true ones.</exception>
    public static double Of(IReadOnlyList<string> answers, IReadOnlyList<string> truths)
    {
        if (answers.Count != truths.Count)
            throw new ArgumentException($"{answers.Count} answers cannot be compared with {truths.Count} true ones", nameof(truths));
        if (answers.Count == 0)
            throw new ArgumentException("there are no answers to score", nameof(answers));
        return answers.Zip(truths, IsRight).Average(right => right ? 1.0 : 0.0);
    }

    /// <summary>Whether an answer is the true one.</summary>
    public static bool IsRight(string answer, string truth) => Normalise(answer) == Normalise(truth);

    private static string Normalise(string answer) =>
        string.Join(' ', answer.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
