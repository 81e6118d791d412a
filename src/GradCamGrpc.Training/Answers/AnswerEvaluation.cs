using GradCamGrpc.Models.Repository;
using GradCamGrpc.Training.Features;

namespace GradCamGrpc.Training.Answers;

/// <summary>Measures a model's answers, and how much of them is owed to the photos.</summary>
/// <param name="Folder">The model.</param>
/// <param name="Blind">A model that was trained without photos; null for none.</param>
/// <param name="Sets">Questions about photos that training has not seen.</param>
/// <param name="Cache">Where the trunk's maps are kept.</param>
public sealed record AnswerEvaluation(ModelFolder Folder, ModelFolder? Blind, IReadOnlyList<HeldOutQuestions> Sets, string Cache)
{
    private const int Seed = 1;

    /// <summary>What a question is answered with: the photo, another, none.</summary>
    private static readonly Eyes[] Views = [Eyes.Open, Eyes.Elsewhere, Eyes.Closed];

    /// <summary>Reads what is evaluated.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="blind">A model that was trained without photos; null for none.</param>
    /// <param name="rooms">DAQUAR's folder.</param>
    /// <param name="captions">Flickr8k's folder; null for rooms alone.</param>
    /// <param name="split"><c>test</c> or <c>dev</c>: the photos whose captions questions are made of.</param>
    /// <param name="cache">Where the trunk's maps are kept.</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A model has no answering head, or the data will not do.</exception>
    public static AnswerEvaluation Of(ModelFolder folder, ModelFolder? blind, string rooms, string? captions, string split, string cache)
    {
        AnsweringModel.ManifestOf(folder);
        if (blind is not null)
            AnsweringModel.ManifestOf(blind);
        HeldOutQuestions[] sets =
        [
            HeldOutQuestions.OfRooms(rooms),
            .. captions is null ? [] : new[] { HeldOutQuestions.OfCaptions(captions, split, Seed) },
        ];
        return new AnswerEvaluation(folder, blind, sets, cache);
    }

    /// <summary>How many steps <see cref="Run"/> takes.</summary>
    public int StepCount => Sets.Sum(set => set.PhotoCount + (Views.Length + (Blind is null ? 0 : 1)) * Answerer.StepsOf(set.Examples.Count));

    /// <summary>Answers every question in every way, and counts the right answers.</summary>
    /// <param name="done">Told after each step.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">A photo is not there.</exception>
    /// <exception cref="InvalidDataException">A file is no photo.</exception>
    public AnswerQuality Run(Action done, CancellationToken cancellation)
    {
        var manifest = AnsweringModel.ManifestOf(Folder);
        using var model = AnsweringModel.Of(Folder);
        using var blind = Blind is null ? null : AnsweringModel.Of(Blind);
        using var store = new FeatureStore(Cache, Folder, manifest.Preprocessing, [.. manifest.Sources.Select(source => source.Layer)]);
        return new AnswerQuality(Folder.Manifest.Name, [.. Sets.Select(set => Measure(set, store, model, blind, done, cancellation))]);
    }

    private static AnsweredSet Measure(
        HeldOutQuestions set, FeatureStore store, AnsweringModel model, AnsweringModel? blind, Action done, CancellationToken cancellation)
    {
        var read = 0;
        using var asked = AskedPhotos.Open(store, set.Images, set.Examples, views: 1, Seed, Read, cancellation);
        while (read < asked.PhotoCount)
            Read();

        var given = Views.Select(eyes => Answer(model, eyes)).ToArray();
        var sheet = new AnswerSheet(set.Examples, model.Answers, given[0], given[1], given[2], blind is null ? null : Answer(blind, Eyes.Closed));
        return new AnsweredSet(set.Name, asked.PhotoCount, sheet.ByKind(Seed));

        void Read()
        {
            read++;
            done();
        }

        IReadOnlyList<string> Answer(AnsweringModel who, Eyes eyes) =>
            Answerer.Answer(who.Head, asked, who.Words, who.Answers, eyes, done, cancellation);
    }
}
