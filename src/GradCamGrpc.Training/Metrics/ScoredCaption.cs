namespace GradCamGrpc.Training.Metrics;

/// <summary>One image's caption to be judged, and what people wrote of the same image. All are lists of lower-case words.</summary>
public sealed record ScoredCaption
{
    /// <param name="candidate">The words of the caption to be judged; none for an empty caption.</param>
    /// <param name="references">The words of one or more human captions, each of one word or more.</param>
    /// <exception cref="ArgumentException">
    /// There is no reference, a reference has no words, or a word is empty, has white space in it or an upper-case letter.
    /// </exception>
    public ScoredCaption(IReadOnlyList<string> candidate, IReadOnlyList<IReadOnlyList<string>> references)
    {
        if (references.Count == 0)
            throw new ArgumentException("a caption needs at least one reference to be judged by", nameof(references));

        RequireWords(candidate, nameof(candidate));
        foreach (var reference in references)
        {
            if (reference.Count == 0)
                throw new ArgumentException("a reference has no words", nameof(references));
            RequireWords(reference, nameof(references));
        }
        Candidate = candidate;
        References = references;
    }

    /// <summary>The words of the caption that is judged, in order; none for an empty caption.</summary>
    public IReadOnlyList<string> Candidate { get; }

    /// <summary>The words of the human captions: one or more, each of one word or more.</summary>
    public IReadOnlyList<IReadOnlyList<string>> References { get; }

    /// <exception cref="ArgumentException">There are no captions, so that a corpus has no score.</exception>
    internal static void RequireAny(IReadOnlyList<ScoredCaption> captions)
    {
        if (captions.Count == 0)
            throw new ArgumentException("there are no captions to score", nameof(captions));
    }

    private static void RequireWords(IReadOnlyList<string> words, string parameter)
    {
        foreach (var word in words)
        {
            if (word.Length == 0 || word.Any(char.IsWhiteSpace) || word.Any(char.IsUpper))
                throw new ArgumentException($"'{word}' is not one lower-case word", parameter);
        }
    }
}
