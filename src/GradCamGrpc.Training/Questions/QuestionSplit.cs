namespace GradCamGrpc.Training.Questions;

/// <summary>The questions to train with, and those to make choices by: no photo is in both.</summary>
/// <param name="Train">Questions to train with.</param>
/// <param name="Dev">Questions of the photos that were held out.</param>
public sealed record QuestionSplit(IReadOnlyList<QuestionExample> Train, IReadOnlyList<QuestionExample> Dev)
{
    /// <summary>Holds out a share of the photos with all their questions, at least one photo; the order of the questions stays.</summary>
    /// <param name="examples">Questions of at least two photos.</param>
    /// <param name="share">The share of the photos that is held out, above 0 and below 1.</param>
    /// <param name="seed">The same seed holds out the same photos.</param>
    public static QuestionSplit ByImage(IReadOnlyList<QuestionExample> examples, double share, int seed)
    {
        if (!(share > 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "the share of the photos that is held out is above 0 and below 1");
        var images = examples.Select(example => example.Image).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (images.Length < 2)
            throw new ArgumentException($"{images.Length} photos cannot be split: two are needed", nameof(examples));

        new Random(seed).Shuffle(images);
        var count = Math.Clamp((int)Math.Round(share * images.Length), 1, images.Length - 1);
        var held = images.Take(count).ToHashSet(StringComparer.Ordinal);
        var parts = examples.ToLookup(example => held.Contains(example.Image));
        return new QuestionSplit([.. parts[false]], [.. parts[true]]);
    }
}
