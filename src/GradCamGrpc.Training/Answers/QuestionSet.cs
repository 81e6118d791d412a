using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Optimisation;

namespace GradCamGrpc.Training.Answers;

/// <summary>Photos, their maps, and questions about them.</summary>
/// <param name="Photos">The photos that have questions.</param>
/// <param name="Features">The maps of all photos.</param>
/// <param name="Views">For each photo of the feature file its views.</param>
/// <param name="Share">The share of its groups that an epoch asks, another part each time; above 0 and at most 1.</param>
/// <param name="Seed">Makes the order.</param>
internal sealed record QuestionSet(
    IReadOnlyList<PhotoQuestions> Photos,
    FeatureFile Features,
    IReadOnlyList<IReadOnlyList<PhotoView>> Views,
    double Share,
    int Seed)
{
    /// <summary>How many groups an epoch has.</summary>
    public int GroupCount(int size) => (int)Math.Ceiling(Share * Photos.Sum(photo => (photo.Questions.Count + size - 1) / size));

    /// <summary>An epoch's groups: of one photo each, all of the same size, in an order of the epoch's own.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="size">Questions in a group; where a photo has too few, some are asked twice.</param>
    public IEnumerable<PhotoQuestions> Groups(int epoch, int size)
    {
        var random = EpochRandom.Of(Seed, epoch);
        var groups = Photos.SelectMany(photo => Groups(photo, size, random)).ToArray();
        random.Shuffle(groups);
        return groups.Take(GroupCount(size));
    }

    /// <summary>Chooses a view that all questions of a group allow.</summary>
    public int ChooseView(PhotoQuestions group, Random choice) =>
        PhotoView.Choose(Views[group.Photo], group.Questions.All(question => question.MayBeMirrored), choice);

    private static IEnumerable<PhotoQuestions> Groups(PhotoQuestions photo, int size, Random random)
    {
        var questions = photo.Questions.ToArray();
        random.Shuffle(questions);
        for (var first = 0; first < questions.Length; first += size)
        {
            var start = first;
            yield return photo with { Questions = [.. Enumerable.Range(start, size).Select(i => questions[i % questions.Length])] };
        }
    }
}
