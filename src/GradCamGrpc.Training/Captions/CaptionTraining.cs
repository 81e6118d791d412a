using System.Globalization;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Optimisation;

namespace GradCamGrpc.Training.Captions;

/// <summary>Trains a captioning head for a model, from files to files.</summary>
/// <param name="Folder">The model that gets the head.</param>
/// <param name="Preprocessing">How the head sees photos.</param>
/// <param name="Data">Flickr8k's folder.</param>
/// <param name="Layers">The layers that the head reads.</param>
/// <param name="Shape">The head's size.</param>
/// <param name="Recipe">How it is trained.</param>
/// <param name="Cache">Where the trunk's maps and the state of training are kept.</param>
/// <param name="Time">Says the date.</param>
public sealed record CaptionTraining(
    ModelFolder Folder,
    PreprocessingManifest Preprocessing,
    string Data,
    IReadOnlyList<string> Layers,
    HeadShape Shape,
    TrainingRecipe Recipe,
    string Cache,
    TimeProvider Time)
{
    /// <summary>The fewest times that a word must be seen to be learnt.</summary>
    public const int MinWordCount = 5;

    private const string WeightsFile = "captioning.safetensors";
    private const string WordsFile = "captioning_words.txt";
    private const double LengthPenalty = 0.7;

    /// <summary>Trains, and writes the model with its head.</summary>
    /// <param name="output">The folder that is written, made where there is none.</param>
    /// <param name="listener">Told how far it is.</param>
    /// <param name="cancellation">Ends it; the same call goes on later.</param>
    /// <exception cref="InvalidDataException">The data will not do.</exception>
    public void Run(string output, ITrainingListener listener, CancellationToken cancellation)
    {
        var train = CaptionFiles.Read(Data, "train");
        var dev = CaptionFiles.Read(Data, "dev");
        CheckCounts(train);
        CheckCounts(dev);
        var words = Vocabulary.Of(train.SelectMany(photo => photo.Captions), MinWordCount);
        using var store = new FeatureStore(Cache, Folder, Preprocessing, Layers);
        var views = PhotoView.SeveralOfEach(train.Count, Recipe.Views, Recipe.Seed);
        IReadOnlyList<IReadOnlyList<PhotoView>> plain = [.. dev.Select(_ => new[] { PhotoView.Whole })];
        var read = 0;
        void Read() => listener.PhotoRead(++read, train.Count + dev.Count);
        using var features = store.Open([.. train.Select(photo => photo.Path)], views, Read, cancellation);
        using var devFeatures = store.Open([.. dev.Select(photo => photo.Path)], plain, Read, cancellation);
        using var trainer = new HeadTrainer<CaptionHead>(
            () => new CaptionHead(features.Sources, words.Count, Shape, Recipe.Dropout), new CaptionLesson(train, words, features, views, Recipe), Recipe);
        trainer.Run(
            store.PathOf("captions", "state", Shape, Recipe, features.Name, train.Select(photo => photo.Captions)),
            listener.Trained,
            (epoch, head) => listener.EpochDone(
                epoch, string.Create(CultureInfo.InvariantCulture, $"{CaptionLoss.Of(head, dev, words, devFeatures):F4} nats a word on the dev split")),
            cancellation);
        trainer.UseAverage(head => Write(new ModelWriter(output), head, words));
    }

    /// <summary>A step shows each photo to as many captions as any other.</summary>
    private static void CheckCounts(IReadOnlyList<CaptionedPhoto> photos)
    {
        if (photos.FirstOrDefault(photo => photo.Captions.Count != photos[0].Captions.Count) is not { } other)
            return;
        throw new InvalidDataException(string.Create(
            CultureInfo.InvariantCulture,
            $"{other.Path} has {other.Captions.Count} captions, {photos[0].Path} has {photos[0].Captions.Count}: every photo of a split must have as many"));
    }

    private void Write(ModelWriter writer, CaptionHead head, Vocabulary words)
    {
        writer.Copy(Folder);
        words.Write(writer.PathOf(WordsFile));
        writer.Write(Folder.Manifest with
        {
            Tasks = [.. Folder.Manifest.Tasks.Union(["captioning"])],
            Captioning = new CaptioningManifest
            {
                Sources = head.Sources,
                Shape = Shape,
                Vocabulary = WordsFile,
                Weights = writer.Write(WeightsFile, head),
                Preprocessing = Preprocessing,
                LengthPenalty = LengthPenalty,
                Licence = Folder.Manifest.Licence,
                Source = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Trained on Flickr8k's training split by `gradcam train captions`, {Recipe.Epochs} epochs, seed {Recipe.Seed}, {Time.GetUtcNow():yyyy-MM-dd}."),
            },
        });
    }
}
