using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

public sealed class MultiTaskTests(ForgetfulServer forgetful) : IClassFixture<ForgetfulServer>
{
    /// <summary>Both are in single precision, one of a row alone and one of a row beside another.</summary>
    private const float Close = 1e-5f;

    /// <summary>Of a map's largest value, where that is small.</summary>
    private const float CloseOfLargest = 1e-4f;

    /// <summary>Passes for a photo that the heads of the embedded model and its classification are asked about: one, where all see it in one size.</summary>
    private static readonly int Passes = SizeOf(EmbeddedModel.Read().Manifest.Preprocessing) == SizeOf(EmbeddedModel.Read().Manifest.Captioning!.Preprocessing) ? 1 : 2;

    /// <summary>What tells a series of metrics: photos decoded, forward passes, batches; and how many there are.</summary>
    private static readonly (string Series, int Count)[] Counted = [("stage=\"decode\"", 1), ("stage=\"forward\"", Passes), ("gradcam_batch_size", 1)];

    /// <summary>Rows of each pass: the heads see a photo alike, and the classification its middle square.</summary>
    private static readonly int[] Rows = [2 / Passes, 2 / Passes, 2 / Passes];

    private readonly RunningServer _server = forgetful.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_ThreeParts_EqualTheThreeServices()
    {
        var together = await ExplainAsync(_server, All());
        var classes = await _server.ExplainAsync(Classes(Photos.CatImage));
        var caption = await ReadAsync(_server.Captioning.Explain(Caption(Photos.CatImage), cancellationToken: Cancellation));
        var answers = await ReadAsync(_server.Vqa.Explain(Questions(Photos.CatImage), cancellationToken: Cancellation));

        AssertSame(classes.Prediction, together.Classes[0].Prediction);
        Assert.Equal(caption[0].Prediction.Captions.Select(one => one.Text), together.Caption[0].Prediction.Captions.Select(one => one.Text));
        Assert.All(caption[0].Prediction.Captions.Zip(together.Caption[0].Prediction.Captions), pair =>
            Assert.Equal(pair.First.LogProbability, pair.Second.LogProbability, 1e-4));
        Assert.Equal(caption[0].SkippedTargets, together.Caption[0].SkippedTargets);
        foreach (var (alone, beside) in answers[0].Prediction.Questions.Zip(together.Answers[0].Prediction.Questions))
        {
            Assert.Equal(alone.Answers.Select(one => one.Text), beside.Answers.Select(one => one.Text));
            Assert.All(alone.Answers.Zip(beside.Answers), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-5));
        }

        Assert.Equal(classes.Messages.Select(part => part.EventCase), together.Classes.Select(part => part.EventCase));
        Assert.Equal(caption.Select(part => part.EventCase), together.Caption.Select(part => part.EventCase));
        Assert.Equal(answers.Select(part => part.EventCase), together.Answers.Select(part => part.EventCase));
        AssertSame(classes.Messages.Select(part => part.Map), together.Classes.Select(part => part.Map), atLeast: 4);
        AssertSame(caption.Select(part => part.Map), together.Caption.Select(part => part.Map), atLeast: 4);
        AssertSame(answers.Select(part => part.Map?.Map), together.Answers.Select(part => part.Map?.Map), atLeast: 4);
        Assert.Equal(
            [classes.Messages[0].MapCount, caption[0].MapCount, answers[0].MapCount],
            [together.Classes[0].MapCount, together.Caption[0].MapCount, together.Answers[0].MapCount]);
    }

    [Fact]
    public async Task Explain_ThreeParts_AreOneDecodeAndOneBatchOfTwoRows()
    {
        await using var fresh = new ForgetfulServer();
        await fresh.InitializeAsync();

        var answer = await ExplainAsync(fresh.Server, All());

        using var http = new HttpClient();
        var lines = (await http.GetStringAsync(fresh.Server.MetricsAddress, Cancellation)).Split('\n');
        Assert.All(Counted, counted => Assert.Equal($"{counted.Count}", lines
            .Single(line => line.Contains("_count{", StringComparison.Ordinal)
                && line.Contains(counted.Series, StringComparison.Ordinal)
                && line.Contains($"\"{fresh.Model}\"", StringComparison.Ordinal))
            .Split("} ")[1].Split(' ')[0]));
        Assert.Equal(Rows, answer.BatchSizes);
    }

    [Fact]
    public async Task Explain_OneViewForAll_IsOneRowAndClassesAreThoseOfTheHeadsView()
    {
        await using var models = new TwoModels();
        await models.InitializeAsync();
        var request = All();
        request.Model = ModelFolders.Cropped;
        request.ShareView = true;
        var shared = await ExplainAsync(models.Server, request);

        // The second model has the same weights, and sees photos as the first one's heads do.
        var classes = Classes(Photos.CatImage);
        classes.Model = ModelFolders.Whole;
        var whole = await models.Server.ExplainAsync(classes);
        classes.Model = ModelFolders.Cropped;
        var cropped = await models.Server.ExplainAsync(classes);

        Assert.Equal([1, 1, 1], shared.BatchSizes);
        var prediction = shared.Classes[0].Prediction;
        Assert.Equal((451, 300), (prediction.Crop.Width, prediction.Crop.Height));
        AssertSame(whole.Prediction, prediction);
        Assert.NotEqual(cropped.Prediction.Classes[0].Probability, prediction.Classes[0].Probability, 1e-3);
        AssertSame(whole.Messages.Select(part => part.Map), shared.Classes.Select(part => part.Map), atLeast: 4);
    }

    [Fact]
    public async Task Explain_TwoPartsOrOne_AnswersThose()
    {
        var request = All();
        request.Captioning = null;
        var two = await ExplainAsync(_server, request);
        request.Classification = null;
        var one = await ExplainAsync(_server, request);

        Assert.Empty(two.Caption);
        Assert.Equal((two.Classes[0].MapCount, two.Answers[0].MapCount), (MapsOf(two.Classes.Select(part => part.Map)), MapsOf(two.Answers.Select(part => part.Map))));
        Assert.Empty(one.Classes);
        Assert.Equal([1], one.BatchSizes);
        Assert.Equal(one.Answers[0].MapCount, MapsOf(one.Answers.Select(part => part.Map)));
    }

    /// <summary>What one call has learnt of a photo the next one knows, whichever service it asks.</summary>
    [Fact]
    public async Task Explain_PhotoIsKnown_HeadsNeedNoPassAndSayTheSameBits()
    {
        await using var remembering = new RunningServer(options => options);
        await remembering.InitializeAsync();
        var caption = await ReadAsync(remembering.Captioning.Explain(Caption(Photos.CatImage), cancellationToken: Cancellation));

        var first = await ExplainAsync(remembering, All());
        var second = await ExplainAsync(remembering, All());
        var answers = await ReadAsync(remembering.Vqa.Explain(Questions(Photos.CatImage), cancellationToken: Cancellation));

        Assert.All([first, second], answer =>
        {
            Assert.True(answer.Classes[0].Prediction.Timings.ForwardDuration.ToTimeSpan() > TimeSpan.Zero);
            Assert.Equal(TimeSpan.Zero, answer.Caption[0].Prediction.Timings.ForwardDuration.ToTimeSpan());
            Assert.Equal(TimeSpan.Zero, answer.Answers[0].Prediction.Timings.ForwardDuration.ToTimeSpan());
            Assert.Equal([1, 1, 1], answer.BatchSizes);
            Assert.Equal(caption[0].Prediction.Captions, answer.Caption[0].Prediction.Captions);
            Assert.Equal(Values(caption.Select(part => part.Map)), Values(answer.Caption.Select(part => part.Map)));
        });
        Assert.Equal(TimeSpan.Zero, answers[0].Prediction.Timings.ForwardDuration.ToTimeSpan());
        Assert.Equal(answers[0].Prediction.Questions, second.Answers[0].Prediction.Questions);
    }

    [Fact]
    public async Task Explain_PhotoIsNew_IsKnownToTheHeadsAfterwards()
    {
        await using var remembering = new RunningServer(options => options);
        await remembering.InitializeAsync();

        var first = await ExplainAsync(remembering, All());
        var caption = await ReadAsync(remembering.Captioning.Explain(Caption(Photos.CatImage), cancellationToken: Cancellation));

        Assert.Equal(Rows, first.BatchSizes);
        Assert.Equal(TimeSpan.Zero, caption[0].Prediction.Timings.ForwardDuration.ToTimeSpan());
        Assert.Equal(Values(caption.Select(part => part.Map)), Values(first.Caption.Select(part => part.Map)));
    }

    /// <summary>Many at once, of several photos, with other calls between them: each has its own answer.</summary>
    [Fact]
    public async Task Explain_AmongOthers_IsWhatItIsAlone()
    {
        MultiTaskServiceExplainRequest Request(int cut) => new() { Image = Photos.CatCut(cut), Classification = Classes(null), Captioning = Caption(null) };
        var alone = new List<Answer>();
        foreach (var cut in Enumerable.Range(0, 12))
            alone.Add(await ExplainAsync(_server, Request(20 * cut)));

        var others = Enumerable.Range(0, 6).Select(i => _server.ExplainAsync(Classes(Photos.CatCut(15 * i)))).ToArray();
        var together = await Task.WhenAll(Enumerable.Range(0, 12).Select(cut => ExplainAsync(_server, Request(20 * cut))));
        await Task.WhenAll(others);

        foreach (var (one, beside) in alone.Zip(together))
        {
            Assert.Equal(one.Classes[0].Prediction.Classes[0].Logit, beside.Classes[0].Prediction.Classes[0].Logit, 1e-3);
            Assert.Equal(one.Caption[0].Prediction.Captions[0].Text, beside.Caption[0].Prediction.Captions[0].Text);
        }
        Assert.True(alone.Select(one => one.Classes[0].Prediction.Classes[0].Logit).Distinct().Count() > 10);
        Assert.Contains(together, answer => answer.BatchSizes[0] > Rows[0]);
        Assert.All(together, answer => Assert.InRange(answer.BatchSizes.Max(), 1, 16));
    }

    /// <summary>All maps would take minutes.</summary>
    [Fact]
    public async Task Explain_ClientLeaves_TheWorkEndsAndTheNextCallIsAnswered()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var request = All();
        request.Classification = new ClassificationServiceExplainRequest
        {
            Targets = { new ClassTarget { TopK = 64 } },
            Methods = { new ExplanationMethod { IntegratedGradients = new IntegratedGradients { StepCount = 1000 } } },
        };
        using var call = _server.MultiTask.Explain(request, cancellationToken: leaving.Token);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(64, call.ResponseStream.Current.Classification.MapCount);
        await leaving.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());

        var next = await _server.Classification.ClassifyAsync(
            new ClassifyRequest { Image = Photos.CatImage }, deadline: DateTime.UtcNow.AddSeconds(60), cancellationToken: Cancellation);

        Assert.NotEmpty(next.Prediction.Classes);
    }

    private static (int Width, int Height) SizeOf(PreprocessingManifest view) => (view.CropWidth, view.CropHeight);

    private static MultiTaskServiceExplainRequest All() =>
        new() { Image = Photos.CatImage, Classification = Classes(null), Captioning = Caption(null), Vqa = Questions(null) };

    private static ClassificationServiceExplainRequest Classes(Image? image) => new()
    {
        Image = image,
        PredictionTopK = 7,
        Targets = { new ClassTarget { TopK = 2 }, new ClassTarget { Label = "tabby", ScoreKind = ScoreKind.LogProbability } },
        Layers = { "bn2", "blocks.4.2" },
        Outputs = { Signed },
        LabelImages = { new LabelImageOutput() },
    };

    private static CaptioningServiceExplainRequest Caption(Image? image) => new()
    {
        Image = image,
        Decoding = new CaptionDecoding { MaxWords = 12, Prefix = "a cat" },
        Targets = { new CaptionTarget { WordPosition = 1 }, new CaptionTarget { WordPosition = 11 }, new CaptionTarget { WholeCaption = new WholeCaption() } },
        LayerFusion = LayerFusion.None,
        Outputs = { Signed },
        IncludeAttention = true,
    };

    private static VqaServiceExplainRequest Questions(Image? image) => new()
    {
        Image = image,
        Questions = { new VqaQuestion { Text = "is there a cat" }, new VqaQuestion { Text = "what is it" } },
        LeaveWordsOut = true,
        LayerFusion = LayerFusion.None,
        Outputs = { Signed },
    };

    private static MapOutput Signed => new() { Raw = new RawMapOutput { Values = MapValues.Signed } };

    private static void AssertSame(ClassificationPrediction expected, ClassificationPrediction actual)
    {
        Assert.Equal(expected.Classes.Select(one => one.Label), actual.Classes.Select(one => one.Label));
        Assert.All(expected.Classes.Zip(actual.Classes), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-5));
        Assert.Equal(expected.Crop, actual.Crop);
    }

    private static void AssertSame(IEnumerable<SaliencyMap?> expected, IEnumerable<SaliencyMap?> actual, int atLeast)
    {
        var pairs = expected.OfType<SaliencyMap>().Zip(actual.OfType<SaliencyMap>()).ToArray();
        Assert.True(pairs.Length >= atLeast);
        Assert.All(pairs, pair =>
        {
            Assert.Equal(pair.First.Provenance.Layers, pair.Second.Provenance.Layers);
            Assert.Equal(pair.First.TargetIndex, pair.Second.TargetIndex);
            Assert.Equal(pair.First.Provenance.Score.Value, pair.Second.Provenance.Score.Value, 1e-4);
            var values = pair.First.Outputs[0].Raw.Floats();
            var largest = values.Max(Math.Abs);
            Assert.NotEqual(0, largest);
            Assert.All(values.Zip(pair.Second.Outputs[0].Raw.Floats()), two => Assert.Equal(two.First, two.Second, Math.Min(Close, CloseOfLargest * largest)));
        });
    }

    private static int MapsOf(IEnumerable<object?> maps) => maps.Count(map => map is not null);

    private static Google.Protobuf.ByteString[] Values(IEnumerable<SaliencyMap?> maps) => [.. maps.OfType<SaliencyMap>().Select(map => map.Outputs[0].Raw.Data)];

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(AsyncServerStreamingCall<T> started)
    {
        using var call = started;
        return await call.ReadAllAsync();
    }

    private static async Task<Answer> ExplainAsync(RunningServer server, MultiTaskServiceExplainRequest request) =>
        new(await ReadAsync(server.MultiTask.Explain(request, cancellationToken: Cancellation)));

    private sealed record Answer(IReadOnlyList<MultiTaskServiceExplainResponse> Messages)
    {
        public IReadOnlyList<ClassificationServiceExplainResponse> Classes =>
            [.. Messages.Select(message => message.Classification).OfType<ClassificationServiceExplainResponse>()];

        public IReadOnlyList<CaptioningServiceExplainResponse> Caption =>
            [.. Messages.Select(message => message.Captioning).OfType<CaptioningServiceExplainResponse>()];

        public IReadOnlyList<VqaServiceExplainResponse> Answers => [.. Messages.Select(message => message.Vqa).OfType<VqaServiceExplainResponse>()];

        /// <summary>How many rows ran together, of each part in turn.</summary>
        public IReadOnlyList<int> BatchSizes =>
        [
            .. Classes.Take(1).Select(part => part.Prediction.Timings.BatchSize),
            .. Caption.Take(1).Select(part => part.Prediction.Timings.BatchSize),
            .. Answers.Take(1).Select(part => part.Prediction.Timings.BatchSize),
        ];
    }
}
