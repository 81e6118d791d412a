using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Captions;

/// <summary>Trains a captioning head for a model, from files to files.</summary>
/// <param name="Folder">The model that gets the head.</param>
/// <param name="Data">Flickr8k's folder.</param>
/// <param name="Layers">The layers that the head reads.</param>
/// <param name="Shape">The head's size.</param>
/// <param name="Recipe">How it is trained.</param>
/// <param name="Cache">Where the trunk's maps and the state of training are kept.</param>
/// <param name="Time">Says the date.</param>
public sealed record CaptionTraining(
    ModelFolder Folder, string Data, IReadOnlyList<string> Layers, HeadShape Shape, TrainingRecipe Recipe, string Cache, TimeProvider Time)
{
    /// <summary>The fewest times that a word must be seen to be learnt.</summary>
    public const int MinWordCount = 5;

    private const string WeightsFile = "captioning.safetensors";
    private const string WordsFile = "captioning_words.txt";
    private const double LengthPenalty = 0.7;

    /// <summary>Trains, and writes the model with its head.</summary>
    /// <param name="output">The folder that is written, made where there is none.</param>
    /// <param name="reading">Told (photos done, photos in all) while the trunk runs.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="epochDone">Told the loss of the dev split after each epoch (number, loss).</param>
    /// <param name="cancellation">Ends it; the same call goes on later.</param>
    /// <exception cref="InvalidDataException">The data will not do.</exception>
    public void Run(
        string output, Action<int, int> reading, Action<TrainingProgress> progress, Action<int, double> epochDone, CancellationToken cancellation)
    {
        var train = CaptionFiles.Read(Data, "train");
        var dev = CaptionFiles.Read(Data, "dev");
        var words = Vocabulary.Of(train.SelectMany(photo => photo.Captions), MinWordCount);
        var preprocessing = Folder.Manifest.Preprocessing with { ResizeShorterSide = null };
        Directory.CreateDirectory(Cache);
        using var trunk = new TrunkReader(Folder, preprocessing, Layers);
        IReadOnlyList<IReadOnlyList<PhotoView>> views = [.. train.Select((_, i) => PhotoView.Several(Recipe.Views, Recipe.Seed * 100_000 + i))];
        IReadOnlyList<IReadOnlyList<PhotoView>> plain = [.. dev.Select(_ => new[] { PhotoView.Whole })];
        var all = train.Count + dev.Count;
        var read = 0;
        using var features = Open(train, views, trunk, () => reading(++read, all), cancellation);
        using var devFeatures = Open(dev, plain, trunk, () => reading(++read, all), cancellation);
        using var trainer = new CaptionTrainer(train, words, features, views, Shape, Recipe);
        var state = Path.Combine(Cache, $"captions-{Key($"{this}{string.Join(',', Layers)}{Folder.Manifest.Weights.Sha256}")}.state");
        trainer.Run(state, progress, (epoch, head) => epochDone(epoch, CaptionLoss.Of(head, dev, words, devFeatures)), cancellation);
        trainer.UseAverage(head => Write(output, head, words, preprocessing));
    }

    private FeatureFile Open(
        IReadOnlyList<CaptionedPhoto> photos, IReadOnlyList<IReadOnlyList<PhotoView>> views, TrunkReader trunk, Action done, CancellationToken cancellation)
    {
        var content = new StringBuilder().AppendJoin(',', Layers).Append(Folder.Manifest.Weights.Sha256);
        for (var i = 0; i < photos.Count; i++)
            content.Append(Path.GetFileName(photos[i].Path)).AppendJoin(',', views[i]);
        return FeatureFile.Open(
            Path.Combine(Cache, $"features-{Key(content.ToString())}.bin"), [.. photos.Select(photo => photo.Path)], views, trunk, done, cancellation);
    }

    private void Write(string output, CaptionHead head, Vocabulary words, PreprocessingManifest preprocessing)
    {
        Directory.CreateDirectory(output);
        var manifest = Folder.Manifest;
        foreach (var file in Directory.GetFiles(Folder.Path))
        {
            var copy = Path.Combine(output, Path.GetFileName(file));
            if (Path.GetFullPath(copy) != Path.GetFullPath(file))
                File.Copy(file, copy, overwrite: true);
        }
        words.Write(Path.Combine(output, WordsFile));
        var weights = Path.Combine(output, WeightsFile);
        SafetensorsWriter.Write(weights, head.state_dict(), ScalarType.Float16);
        var captioning = new CaptioningManifest
        {
            Sources = head.Sources,
            Shape = Shape,
            Vocabulary = WordsFile,
            Weights = new WeightsManifest(WeightsFile, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)))),
            Preprocessing = preprocessing,
            LengthPenalty = LengthPenalty,
            Licence = "Apache-2.0",
            Source = string.Create(
                CultureInfo.InvariantCulture,
                $"Trained on Flickr8k's training split by `gradcam train captions`, {Recipe.Epochs} epochs, seed {Recipe.Seed}, {Time.GetUtcNow():yyyy-MM-dd}."),
        };
        ModelFolder.WriteManifest(output, manifest with { Captioning = captioning });
    }

    private static string Key(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
}
