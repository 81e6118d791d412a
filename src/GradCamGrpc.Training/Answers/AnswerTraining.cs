using System.Globalization;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Metrics;
using GradCamGrpc.Training.Optimisation;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Answers;

/// <summary>Trains an answering head for a model, from files to files: on DAQUAR's questions, and on those made of Flickr8k's captions.</summary>
/// <param name="Folder">The model that gets the head.</param>
/// <param name="Preprocessing">How the head sees photos.</param>
/// <param name="Rooms">DAQUAR's folder.</param>
/// <param name="Captions">Flickr8k's folder; null to train on rooms alone.</param>
/// <param name="Layers">The layers that the head reads.</param>
/// <param name="Shape">The head's size.</param>
/// <param name="Recipe">How it is trained.</param>
/// <param name="HeldOut">The share of DAQUAR's training photos that is held out to make choices by; 0 for none.</param>
/// <param name="IsBlind">Whether the head sees no photos, to find out what questions alone give away.</param>
/// <param name="Cache">Where the trunk's maps and the state of training are kept.</param>
/// <param name="Time">Says the date.</param>
public sealed record AnswerTraining(
    ModelFolder Folder,
    PreprocessingManifest Preprocessing,
    string Rooms,
    string? Captions,
    IReadOnlyList<string> Layers,
    HeadShape Shape,
    TrainingRecipe Recipe,
    double HeldOut,
    bool IsBlind,
    string Cache,
    TimeProvider Time)
{
    /// <summary>The fewest times that a question's word must be seen to be learnt.</summary>
    public const int MinWordCount = 3;

    /// <summary>The fewest times that an answer must be seen to be learnt.</summary>
    public const int MinAnswerCount = 2;

    private const string WeightsFile = "answering.safetensors";
    private const string WordsFile = "answering_words.txt";
    private const string AnswersFile = "answering_answers.txt";

    /// <summary>The share of the caption questions that an epoch asks: they are four times as many as DAQUAR's.</summary>
    private const double CaptionShare = 0.33;

    /// <summary>Trains, and writes the model with its head.</summary>
    /// <param name="output">The folder that is written, made where there is none.</param>
    /// <param name="listener">Told how far it is.</param>
    /// <param name="cancellation">Ends it; the same call goes on later.</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">The data will not do.</exception>
    public void Run(string output, ITrainingListener listener, CancellationToken cancellation)
    {
        var daquar = DaquarFiles.Read(Rooms);
        var rooms = HeldOut > 0 ? daquar.SplitTrain(HeldOut, Recipe.Seed) : new QuestionSplit(daquar.Train, []);
        var captions = Captions is null ? [] : new CaptionQuestions(Recipe.Seed).Of(PhotoCaptions.Read(Captions, "train.txt")).ToArray();
        var all = rooms.Train.Concat(captions).ToArray();
        var words = Vocabulary.Of(all.Select(example => Words.Of(example.Question)), MinWordCount);
        var answers = AnswerVocabulary.Of(all.Select(example => example.Answer), MinAnswerCount);
        using var store = new FeatureStore(Cache, Folder, Preprocessing, Layers);

        var photosOfAll = rooms.Train.Concat(rooms.Dev).Concat(captions).Select(example => example.Image).Distinct(StringComparer.Ordinal).Count();
        var read = 0;
        AskedPhotos Open(string data, IEnumerable<QuestionExample> examples, int views) => AskedPhotos.Open(
            store, Path.Combine(data, "images"), [.. examples], views, Recipe.Seed, () => listener.PhotoRead(++read, photosOfAll), cancellation);
        using var trainRooms = Open(Rooms, rooms.Train, Recipe.Views);
        using var devRooms = rooms.Dev.Count > 0 ? Open(Rooms, rooms.Dev, views: 1) : null;
        using var trainCaptions = captions.Length > 0 ? Open(Captions!, captions, Recipe.Views) : null;

        QuestionSet[] sets =
        [
            trainRooms.ToSet(words, answers, share: 1, Recipe.Seed),
            .. trainCaptions is null ? [] : new[] { trainCaptions.ToSet(words, answers, CaptionShare, Recipe.Seed) },
        ];
        using var trainer = new HeadTrainer<AnswerHead>(
            () => new AnswerHead(trainRooms.Features.Sources, words.Count, answers.Count, Shape, Recipe.Dropout),
            new AnswerLesson(sets, Recipe, IsBlind),
            Recipe);
        trainer.Run(
            store.PathOf("answers", "state", Shape, Recipe, IsBlind, sets.Select(set => set.Features.Name), all),
            listener.Trained,
            (epoch, head) => listener.EpochDone(epoch, devRooms is null ? "done" : Quality(head, devRooms, words, answers)),
            cancellation);
        trainer.UseAverage(head => Write(new ModelWriter(output), head, words, answers));
    }

    private string Quality(AnswerHead head, AskedPhotos dev, Vocabulary words, AnswerVocabulary answers)
    {
        var given = Answerer.Answer(head, dev, words, answers, IsBlind ? Eyes.Closed : Eyes.Open);
        var right = AnswerAccuracy.Of(given, [.. dev.Examples.Select(example => example.Answer)]);
        return string.Create(CultureInfo.InvariantCulture, $"{right:P1} of {given.Count} questions about rooms held out");
    }

    private void Write(ModelWriter writer, AnswerHead head, Vocabulary words, AnswerVocabulary answers)
    {
        writer.Copy(Folder);
        words.Write(writer.PathOf(WordsFile));
        answers.Save(writer.PathOf(AnswersFile));
        var data = Captions is null ? "DAQUAR's training split" : "DAQUAR's training split and on questions made of Flickr8k's training captions";
        writer.Write(Folder.Manifest with
        {
            Tasks = [.. Folder.Manifest.Tasks.Union(["vqa"])],
            Answering = new AnsweringManifest
            {
                Sources = head.Sources,
                Shape = Shape,
                Vocabulary = WordsFile,
                Answers = AnswersFile,
                Weights = writer.Write(WeightsFile, head),
                Preprocessing = Preprocessing,
                Licence = Folder.Manifest.Licence,
                Source = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Trained on {data} by `gradcam train vqa`, {Recipe.Epochs} epochs, seed {Recipe.Seed}, {Time.GetUtcNow():yyyy-MM-dd}."),
            },
        });
    }
}
