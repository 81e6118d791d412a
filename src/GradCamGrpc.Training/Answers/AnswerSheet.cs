using GradCamGrpc.Training.Metrics;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Answers;

/// <summary>Questions, and what was answered in each way: all lists in the same order.</summary>
/// <param name="Examples">The questions.</param>
/// <param name="Known">The answers that the head knows.</param>
/// <param name="Photo">Answered with the photo.</param>
/// <param name="OtherPhoto">Answered with another photo.</param>
/// <param name="NoPhoto">Answered with none.</param>
/// <param name="QuestionsOnly">Answered by a model that has never seen a photo; null where there is none.</param>
internal sealed record AnswerSheet(
    IReadOnlyList<QuestionExample> Examples,
    AnswerVocabulary Known,
    IReadOnlyList<string> Photo,
    IReadOnlyList<string> OtherPhoto,
    IReadOnlyList<string> NoPhoto,
    IReadOnlyList<string>? QuestionsOnly)
{
    private const string All = "all";

    /// <summary>The figures of all questions and, where there are several kinds, of each.</summary>
    /// <param name="seed">Resamples.</param>
    public IReadOnlyList<AnswerKind> ByKind(int seed)
    {
        var kinds = Enumerable.Range(0, Examples.Count).GroupBy(i => Examples[i].Kind).OrderBy(group => group.Key).ToArray();
        return
        [
            Of(All, [.. Enumerable.Range(0, Examples.Count)], seed),
            .. kinds.Length > 1 ? kinds.Select(group => Of(group.Key.Name(), [.. group], seed)) : [],
        ];
    }

    private AnswerKind Of(string kind, int[] questions, int seed) => new(
        kind,
        questions.Length,
        questions.Average(i => Known.IndexOf(Examples[i].Answer) is null ? 0.0 : 1.0),
        Right(Photo, questions, seed),
        Right(OtherPhoto, questions, seed),
        Right(NoPhoto, questions, seed),
        QuestionsOnly is null ? null : Right(QuestionsOnly, questions, seed));

    /// <summary>The share of right answers. What is asked about one photo stands or falls together, so that whole photos are resampled.</summary>
    private BootstrapInterval Right(IReadOnlyList<string> given, int[] questions, int seed) => BootstrapInterval.OfGroups(
        [.. questions
            .GroupBy(i => Examples[i].Image, i => AnswerAccuracy.IsRight(given[i], Examples[i].Answer) ? 1.0 : 0.0, StringComparer.Ordinal)
            .Select(photo => photo.ToArray())],
        seed);
}
