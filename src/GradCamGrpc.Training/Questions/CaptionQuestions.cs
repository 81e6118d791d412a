namespace GradCamGrpc.Training.Questions;

/// <summary>
/// Makes questions and answers from what people wrote about photos. A question is asked only where the captions of its photo agree on the
/// answer; the rules of each kind are with <see cref="ObjectQuestions"/>, <see cref="CountQuestions"/>, <see cref="ColourQuestions"/>,
/// <see cref="ActionQuestions"/> and <see cref="YesNoQuestions"/>.
/// </summary>
/// <remarks>
/// A photo has at most three questions of things and with yes or no, two of color, one of count and one of action: ten at most. Answers
/// that nearly always are right, such as one dog, are asked less often. Every yes-no question is answered yes as often as no over all photos:
/// what is left over is not asked. The same photos and seed make the same questions.
/// </remarks>
/// <param name="seed">Decides which questions are asked where there are more than the limits allow.</param>
public sealed class CaptionQuestions(int seed = 0)
{
    private const double ShareOfOnes = 0.3;
    private const double ShareOfDogs = 0.15;
    private const int YesNoLimit = 3;

    private static readonly (QuestionKind Kind, int Limit)[] Limits =
    [
        (QuestionKind.Thing, 3),
        (QuestionKind.Count, 1),
        (QuestionKind.Colour, 2),
        (QuestionKind.Action, 1),
    ];

    /// <summary>The questions of some photos, photo by photo. All captions are read before the first question.</summary>
    public IEnumerable<QuestionExample> Of(IReadOnlyList<PhotoCaptions> photos)
    {
        var random = new Random(seed);
        var readings = photos.Select(photo => PhotoReading.Of(photo, Lexicon.Default)).ToArray();
        var statements = YesNoBalance.Choose([.. readings.Select(photo => YesNoQuestions.Of(photo).ToArray())], YesNoLimit, random);
        for (var i = 0; i < readings.Length; i++)
        {
            foreach (var candidate in Choose(readings[i], random).Concat(statements[i]))
                yield return new QuestionExample(readings[i].Image, candidate.Question, candidate.Answer, candidate.Kind);
        }
    }

    private static IEnumerable<QuestionCandidate> Choose(PhotoReading photo, Random random)
    {
        var candidates = ObjectQuestions.Of(photo)
            .Concat(CountQuestions.Of(photo))
            .Concat(ColourQuestions.Of(photo))
            .Concat(ActionQuestions.Of(photo))
            .DistinctBy(candidate => candidate.Question)
            .Where(candidate => random.NextDouble() < ShareOf(candidate))
            .ToArray();
        random.Shuffle(candidates);
        return Limits.SelectMany(limit => candidates.Where(candidate => candidate.Kind == limit.Kind).Take(limit.Limit));
    }

    private static double ShareOf(QuestionCandidate candidate) => candidate switch
    {
        { Kind: QuestionKind.Count, Answer: "1" } => ShareOfOnes,
        { Question: "what animal is in the picture ?", Answer: "dog" } => ShareOfDogs,
        _ => 1,
    };
}
