using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Answers;

/// <summary>Questions with the maps of the photos they are about.</summary>
public sealed class AskedPhotos : IDisposable
{
    private readonly IReadOnlyList<IReadOnlyList<PhotoView>> _views;
    private readonly Dictionary<string, int> _indices;

    private AskedPhotos(
        IReadOnlyList<QuestionExample> examples,
        IReadOnlyList<string> photos,
        IReadOnlyList<IReadOnlyList<PhotoView>> views,
        FeatureFile features)
    {
        Examples = examples;
        Features = features;
        _views = views;
        _indices = photos.Select((photo, i) => (photo, i)).ToDictionary(pair => pair.photo, pair => pair.i, StringComparer.Ordinal);
    }

    /// <summary>The questions.</summary>
    public IReadOnlyList<QuestionExample> Examples { get; }

    /// <summary>The photos' maps, each photo once.</summary>
    public FeatureFile Features { get; }

    /// <summary>How many photos there are.</summary>
    public int PhotoCount => _indices.Count;

    /// <summary>Opens the photos of some questions.</summary>
    /// <param name="store">Where maps are kept.</param>
    /// <param name="images">The folder of the photos.</param>
    /// <param name="examples">The questions.</param>
    /// <param name="views">How many views of each photo.</param>
    /// <param name="seed">Makes the views.</param>
    /// <param name="done">Told after each photo that is computed.</param>
    /// <param name="cancellation">Ends it.</param>
    public static AskedPhotos Open(
        FeatureStore store,
        string images,
        IReadOnlyList<QuestionExample> examples,
        int views,
        int seed,
        Action done,
        CancellationToken cancellation)
    {
        string[] photos = [.. examples.Select(example => example.Image).Distinct(StringComparer.Ordinal)];
        var chosen = PhotoView.SeveralOfEach(photos.Length, views, seed);
        var features = store.Open([.. photos.Select(photo => Path.Combine(images, photo))], chosen, done, cancellation);
        return new AskedPhotos(examples, photos, chosen, features);
    }

    /// <summary>The index of the photo that a question is about.</summary>
    public int IndexOf(QuestionExample example) => _indices[example.Image];

    /// <inheritdoc />
    public void Dispose() => Features.Dispose();

    /// <summary>The questions whose answers are known, as numbers.</summary>
    internal QuestionSet ToSet(Vocabulary words, AnswerVocabulary answers, double share, int seed)
    {
        var photos = Examples
            .GroupBy(IndexOf)
            .Select(group => new PhotoQuestions(
                group.Key,
                [.. group.SelectMany(example => Numbers(example, words, answers))]))
            .Where(photo => photo.Questions.Count > 0);
        return new QuestionSet([.. photos], Features, _views, share, seed);
    }

    /// <summary>A question as numbers, with each answer that it teaches; none where its answer is not known.</summary>
    private static IEnumerable<AskedQuestion> Numbers(QuestionExample example, Vocabulary words, AnswerVocabulary answers)
    {
        var question = Words.Of(example.Question);
        var numbers = words.NumbersOf(question);
        var mayBeMirrored = MirrorImage.Keeps(question.Concat(Words.Of(example.Answer)));
        return answers.TaughtBy(example.Answer).Select(answer => new AskedQuestion(numbers, answer, mayBeMirrored));
    }
}
