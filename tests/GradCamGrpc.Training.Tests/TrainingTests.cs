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

    /// <summary>The trunk halves each side five times down to bn2, and four times to blocks.4.2.</summary>
    [Fact]
    public void Captions_SizeOfItsOwn_HeadSeesPhotosInIt()
    {
        var training = Captions(epochs: 1) with { Preprocessing = Whole with { CropWidth = 128, CropHeight = 96 } };

        training.Run(_data.PathOf("sized"), new Diary(), TestContext.Current.CancellationToken);

        var head = ModelFolder.Read(_data.PathOf("sized")).Manifest.Captioning!;
        Assert.Equal(training.Preprocessing with { Mean = head.Preprocessing.Mean, Std = head.Preprocessing.Std }, head.Preprocessing);
        Assert.Equal([("bn2", 3, 4), ("blocks.4.2", 6, 8)], head.Sources.Select(source => (source.Layer, source.Height, source.Width)));
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

    [Theory]
    [InlineData("train.txt")]
    [InlineData("dev.txt")]
    public void CaptionTraining_PhotoWithMoreCaptionsThanAnother_IsRefusedByName(string split)
    {
        File.AppendAllText(_data.PathOf("captions.tsv"), "third.png\tA dog .\nthird.png\tThe dog sits .\n");
        File.AppendAllText(_data.PathOf(split), "third.png\n");

        var fault = Assert.Throws<InvalidDataException>(() =>
            Captions(epochs: 1).Run(_data.PathOf("model"), new Diary(), TestContext.Current.CancellationToken));

        Assert.Contains("third.png has 2 captions", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CaptionTraining_OtherPhotosOfTheSameNames_AreLearntAnew()
    {
        Captions(epochs: 1).Run(_data.PathOf("first"), new Diary(), TestContext.Current.CancellationToken);
        _data.SwapPhotos();
        Captions(epochs: 1).Run(_data.PathOf("second"), new Diary(), TestContext.Current.CancellationToken);

        Assert.NotEqual(
            ModelFolder.Read(_data.PathOf("first")).Manifest.Captioning!.Weights, ModelFolder.Read(_data.PathOf("second")).Manifest.Captioning!.Weights);
    }

    [Fact]
    public void AnswerTraining_OtherPhotosOfTheSameNames_AreLearntAnew()
    {
        var (first, second) = LearnBothWaysRound(isBlind: false);

        Assert.NotEqual(first, second);
    }

    [Fact]
    public void AnswerTraining_TwoPhotos_LearnsWhatIsOnThem()
    {
        var output = _data.PathOf("model");

        Answers(epochs: 40, heldOut: 0, isBlind: false).Run(output, new Diary(), TestContext.Current.CancellationToken);

        Assert.Equal(2, Right(output, Eyes.Open));
        Assert.Equal(0, Right(output, Eyes.Elsewhere));
    }

    /// <summary>With exchanged photos every step is the same to it, to the last bit; to a training that sees it is not (above).</summary>
    [Fact]
    public void AnswerTraining_Blind_CannotTellThePhotosApart()
    {
        var (first, second) = LearnBothWaysRound(isBlind: true);

        Assert.Equal(first, second);
    }

    [Fact]
    public void AnswerTraining_PhotosHeldOut_AreReportedAfterEachEpoch()
    {
        var diary = new Diary();

        Answers(epochs: 2, heldOut: 0.5, isBlind: false).Run(_data.PathOf("model"), diary, TestContext.Current.CancellationToken);

        Assert.Equal(2, diary.Epochs.Count);
        Assert.All(diary.Epochs, epoch => Assert.Contains("of 3 questions about rooms held out", epoch, StringComparison.Ordinal));
    }

    /// <summary>Each photo has an answer of its own to the same question: with the other photo both are wrong, without one of them is right.</summary>
    [Fact]
    public void AnswerEvaluation_TwoNewPhotos_TellsWhatIsOwedToThem()
    {
        Answers(epochs: 40, heldOut: 0, isBlind: false).Run(_data.PathOf("model"), new Diary(), TestContext.Current.CancellationToken);
        Answers(epochs: 2, heldOut: 0, isBlind: true).Run(_data.PathOf("blind"), new Diary(), TestContext.Current.CancellationToken);
        _data.AskAbout("woman.png", "astronaut.png", ["what is in the photo ?\twoman", "what is in the photo ?\tan astronaut"]);
        _data.AskAbout("cat.png", "chelsea.png", ["what is in the photo ?\tcat", "how many are there ?\t1"]);
        var evaluation = AnswerEvaluation.Of(
            ModelFolder.Read(_data.PathOf("model")), ModelFolder.Read(_data.PathOf("blind")), _data.Folder, captions: null, "test", _data.PathOf("cache"));

        var steps = 0;
        var set = Assert.Single(evaluation.Run(() => steps++, TestContext.Current.CancellationToken).Sets);

        // Two photos are read, and four questions are answered in four ways.
        Assert.Equal((evaluation.StepCount, 6, 2), (steps, steps, set.PhotoCount));
        Assert.Equal(["all", "thing", "count"], set.Kinds.Select(kind => kind.Kind));
        Assert.Equal([4, 3, 1], set.Kinds.Select(kind => kind.QuestionCount));
        var (all, things, counts) = (set.Kinds[0], set.Kinds[1], set.Kinds[2]);
        Assert.Equal((0.5, 0.5, 0.0), (all.Known, all.Photo.Mean, all.OtherPhoto.Mean));
        Assert.Equal((0.25, 0.25), (all.NoPhoto.Mean, all.QuestionsOnly!.Mean));
        Assert.Equal((2.0 / 3, 0.0, 1.0 / 3), (things.Photo.Mean, things.OtherPhoto.Mean, things.NoPhoto.Mean));
        Assert.Equal((0.0, 0.0, 0.0), (counts.Known, counts.Photo.Mean, counts.Photo.Upper));
    }

    [Fact]
    public void AnswerEvaluation_NoAnsweringHead_SaysWhichModel()
    {
        var fault = Assert.Throws<InvalidDataException>(() =>
            AnswerEvaluation.Of(EmbeddedModel.Read() with { Manifest = EmbeddedModel.Read().Manifest with { Answering = null } }, blind: null, _data.Folder, captions: null, "test", _data.PathOf("cache")));

        Assert.Contains("'embedded'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("has no answering head", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerEvaluation_CaptionsThatMakeNoQuestions_AreRefused()
    {
        File.WriteAllText(_data.PathOf("captions.tsv"), "chelsea.png\tNothing .\n");

        var fault = Assert.Throws<InvalidDataException>(() => HeldOutQuestions.OfCaptions(_data.Folder, "test", seed: 1));

        Assert.Contains("has no questions", fault.Message, StringComparison.Ordinal);
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

    /// <summary>How a head sees whole photos where nothing else is said.</summary>
    private static PreprocessingManifest Whole { get; } = EmbeddedModel.Read().Manifest.Preprocessing with { ResizeShorterSide = null };

    private CaptionTraining Captions(int epochs, string cache = "cache") => new(
        EmbeddedModel.Read(), Whole, _data.Folder, Layers, Shape, Recipe(epochs), _data.PathOf(cache), TimeProvider.System);

    private AnswerTraining Answers(int epochs, double heldOut, bool isBlind) => new(
        EmbeddedModel.Read(), Whole, _data.Folder, null, Layers, Shape, Recipe(epochs), heldOut, isBlind, _data.PathOf("cache"), TimeProvider.System);

    /// <summary>The weights that come of the two photos, and of those with exchanged names.</summary>
    private (WeightsManifest First, WeightsManifest Second) LearnBothWaysRound(bool isBlind)
    {
        Answers(epochs: 2, heldOut: 0, isBlind).Run(_data.PathOf("first"), new Diary(), TestContext.Current.CancellationToken);
        _data.SwapPhotos();
        Answers(epochs: 2, heldOut: 0, isBlind).Run(_data.PathOf("second"), new Diary(), TestContext.Current.CancellationToken);
        return (ModelFolder.Read(_data.PathOf("first")).Manifest.Answering!.Weights, ModelFolder.Read(_data.PathOf("second")).Manifest.Answering!.Weights);
    }

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
