using GradCamGrpc.Models.Repository;
using GradCamGrpc.Training.Answers;
using GradCamGrpc.Training.Captions;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>Measures whether the maps of words and answers are of what they say.</summary>
/// <param name="Folder">The model.</param>
/// <param name="Split">The split of the data.</param>
/// <param name="Photos">The photos.</param>
/// <param name="Questions">Questions about photos, by the name of the photo's file.</param>
/// <param name="Seed">Of the random covers.</param>
internal sealed record GroundingEvaluation(
    ModelFolder Folder, string Split, IReadOnlyList<CaptionedPhoto> Photos, ILookup<string, QuestionExample> Questions, int Seed)
{
    /// <summary>More random numbers than one photo needs.</summary>
    private const ulong SeedsOfAPhoto = 1000;

    /// <summary>Reads what is evaluated.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="data">Flickr8k's folder.</param>
    /// <param name="split"><c>test</c> or <c>dev</c>.</param>
    /// <param name="count">The first so many photos of the split.</param>
    /// <param name="seed">Of the random covers.</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">The model has no head with words, or the data will not do.</exception>
    public static GroundingEvaluation Of(ModelFolder folder, string data, string split, int count, int seed)
    {
        if (folder.Manifest is { Captioning: null, Answering: null })
            throw new InvalidDataException($"the model '{folder.Manifest.Name}' has no captioning head, and no answering head");
        var photos = CaptionFiles.Read(data, split).Take(count).ToArray();
        var questions = folder.Manifest.Answering is null ? [] : HeldOutQuestions.OfCaptions(data, split, seed).Examples;
        return new GroundingEvaluation(folder, split, photos, questions.ToLookup(question => question.Image, StringComparer.Ordinal), seed);
    }

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Told after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">A photo is not there.</exception>
    /// <exception cref="InvalidDataException">A file is no photo.</exception>
    public GroundingResult Run(Action done, CancellationToken cancellation)
    {
        using var captions = Folder.Manifest.Captioning is { } captioning ? new CaptionGrounding(Folder, captioning) : null;
        using var answers = Folder.Manifest.Answering is { } answering ? new AnswerGrounding(Folder, answering) : null;
        var words = new List<IReadOnlyList<GroundedScore>>();
        var agreements = new List<MapAgreement>();
        var given = new List<IReadOnlyList<GroundedScore>>();
        for (var i = 0; i < Photos.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var seed = (ulong)(Seed * Photos.Count + i) * SeedsOfAPhoto;
            if (captions is not null)
            {
                words.Add(captions.Cover(Photos[i], seed, cancellation));
                agreements.Add(captions.Compare(Photos[i], cancellation));
            }
            QuestionExample[] asked = [.. Questions[Path.GetFileName(Photos[i].Path)]];
            if (answers is not null && asked.Length > 0)
                given.Add(answers.Cover(Photos[i].Path, asked, seed, cancellation));
            done();
        }
        return new GroundingResult(
            Folder.Manifest.Name,
            Split,
            Photos.Count,
            GroundingFigures.ByKind(words),
            AgreementFigures.Of(agreements),
            GroundingFigures.ByKind(given));
    }
}
