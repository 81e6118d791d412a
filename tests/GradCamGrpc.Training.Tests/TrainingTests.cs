using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;
using GradCamGrpc.Training.Answers;
using GradCamGrpc.Training.Captions;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests;

/// <summary>From files to files: two photos, which a head can learn by heart.</summary>
[Collection(TorchRandomness.Name)]
public sealed class TrainingTests : IDisposable
{
    private static readonly string[] Layers = ["bn2", "blocks.4.2"];

    private readonly MiniatureData _data = new();

    public void Dispose() => _data.Dispose();

    private sealed class Diary : ITrainingListener
    {
        public List<(int Done, int All)> Photos { get; } = [];

        public List<TrainingProgress> Steps { get; } = [];

        public List<string> Epochs { get; } = [];

        public void PhotoRead(int done, int all) => Photos.Add((done, all));

        public void Trained(TrainingProgress progress) => Steps.Add(progress);

        public void EpochDone(int epoch, string quality) => Epochs.Add($"{epoch}: {quality}");
    }

    [Fact]
    public void CaptionTraining_TwoPhotos_LearnsToTellThemApart()
    {
        var diary = new Diary();

        Captions(epochs: 40).Run(_data.PathOf("model"), diary, TestContext.Current.CancellationToken);

        Assert.Equal([(1, 3), (2, 3), (3, 3)], diary.Photos);
        Assert.Equal(40, diary.Epochs.Count);
        var folder = ModelFolder.Read(_data.PathOf("model"));
        var quality = CaptionEvaluation.Of(folder, _data.Folder, "test", beams: 2, _data.PathOf("cache"))
            .Run(() => { }, TestContext.Current.CancellationToken);
        Assert.Equal(1, quality.Scores.Bleu4);
        var other = CaptionEvaluation.Of(folder, _data.Folder, "dev", beams: 2, _data.PathOf("cache"))
            .Run(() => { }, TestContext.Current.CancellationToken);
        Assert.Equal(1, other.Scores.Bleu4);
    }

    [Fact]
    public void CaptionTraining_Interrupted_WritesTheSameWeights()
    {
        Captions(epochs: 3, cache: "one").Run(_data.PathOf("whole"), new Diary(), TestContext.Current.CancellationToken);

        using var stop = new CancellationTokenSource();
        var stopper = new Stopper(stop, step: 2);
        Assert.Throws<OperationCanceledException>(() => Captions(epochs: 3, cache: "two").Run(_data.PathOf("parts"), stopper, stop.Token));
        Assert.False(Directory.Exists(_data.PathOf("parts")));
        Captions(epochs: 3, cache: "two").Run(_data.PathOf("parts"), new Diary(), TestContext.Current.CancellationToken);

        Assert.Equal(
            ModelFolder.Read(_data.PathOf("whole")).Manifest.Captioning!.Weights, ModelFolder.Read(_data.PathOf("parts")).Manifest.Captioning!.Weights);
    }

    [Fact]
    public void AnswerTraining_TwoPhotos_LearnsWhatIsOnThem()
    {
        var output = _data.PathOf("model");

        Answers(epochs: 40, heldOut: 0, isBlind: false).Run(output, new Diary(), TestContext.Current.CancellationToken);

        Assert.Equal(2, Right(output, Eyes.Open));
        Assert.Equal(0, Right(output, Eyes.Elsewhere));
    }

    /// <summary>The same question has two answers: without the photos one of them is right.</summary>
    [Fact]
    public void AnswerTraining_Blind_CannotTellThePhotosApart()
    {
        var output = _data.PathOf("model");

        Answers(epochs: 10, heldOut: 0, isBlind: true).Run(output, new Diary(), TestContext.Current.CancellationToken);

        Assert.Equal(1, Right(output, Eyes.Closed));
    }

    [Fact]
    public void AnswerTraining_PhotosHeldOut_AreReportedAfterEachEpoch()
    {
        var diary = new Diary();

        Answers(epochs: 2, heldOut: 0.5, isBlind: false).Run(_data.PathOf("model"), diary, TestContext.Current.CancellationToken);

        Assert.Equal(2, diary.Epochs.Count);
        Assert.All(diary.Epochs, epoch => Assert.Contains("of 3 questions about rooms held out", epoch, StringComparison.Ordinal));
    }

    private sealed class Stopper(CancellationTokenSource stop, int step) : ITrainingListener
    {
        public void PhotoRead(int done, int all)
        {
        }

        public void Trained(TrainingProgress progress)
        {
            if (progress.Step == step)
                stop.Cancel();
        }

        public void EpochDone(int epoch, string quality)
        {
        }
    }

    private CaptionTraining Captions(int epochs, string cache = "cache") => new(
        EmbeddedModel.Read(), _data.Folder, Layers, Shape, Recipe(epochs), _data.PathOf(cache), TimeProvider.System);

    private AnswerTraining Answers(int epochs, double heldOut, bool isBlind) => new(
        EmbeddedModel.Read(), _data.Folder, Captions: null, Layers, Shape, Recipe(epochs), heldOut, isBlind, _data.PathOf("cache"), TimeProvider.System);

    /// <summary>Of one question about each photo, how many are answered rightly.</summary>
    private int Right(string output, Eyes eyes)
    {
        var folder = ModelFolder.Read(output);
        var (head, words, answers) = folder.BuildAnswerHead();
        using var owned = head;
        using var store = new FeatureStore(_data.PathOf("cache"), folder, folder.Manifest.Answering!.Preprocessing, Layers);
        var examples = DaquarFiles.Read(_data.Folder).Train.DistinctBy(example => example.Image).ToArray();
        using var asked = AskedPhotos.Open(store, _data.PathOf("images"), examples, views: 1, seed: 1, () => { }, TestContext.Current.CancellationToken);
        var given = Answerer.Answer(head, asked, words, AnswerVocabulary.Read(Path.Combine(output, folder.Manifest.Answering!.Answers)), eyes);
        Assert.Equal(2, answers.Count);
        return given.Zip(examples).Count(pair => pair.First == pair.Second.Answer);
    }

    private static HeadShape Shape { get; } = new(Width: 32, AttentionHeads: 4, Layers: 1, MaxWords: 8);

    private static TrainingRecipe Recipe(int epochs) => new()
    {
        Epochs = epochs,
        PhotosPerStep = 2,
        LearningRate = 0.01,
        Dropout = 0.1,
        AverageDecay = 0.9,
        Views = 2,
    };
}
