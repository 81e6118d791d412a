using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using static TorchSharp.torch;
using LayerFusion = GradCamGrpc.Protos.V1.LayerFusion;
using SaliencyMap = GradCamGrpc.Protos.V1.SaliencyMap;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A model whose classification, captioning and answering see photos in three sizes: 224 x 224, 128 x 96 and 160 x 64.</summary>
public sealed class HeadSizeTests(SizedHeadsServer sized) : IClassFixture<SizedHeadsServer>
{
    /// <summary>Of a map's largest value: one network is folded, the other is not.</summary>
    private const float Close = 5e-3f;

    private const string Text = "the cat is there";
    private const string Question = "what color is the cat";
    private const int Tabby = 281;

    private readonly RunningServer _server = sized.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Caption_HeadOfAnotherSize_HasTheProbabilitiesOfTheHeadAlone()
    {
        var prediction = (await _server.Captioning.CaptionAsync(new CaptionRequest { Image = Photos.CatImage }, cancellationToken: Cancellation)).Prediction;

        Assert.Equal(new PixelRectangle { X = 0, Y = 0, Width = 451, Height = 300 }, prediction.Crop);
        using var alone = new HeadsAlone(sized.Model);
        var best = prediction.Captions[0];
        var (scores, _) = alone.Caption(best.Text);
        Assert.Equal(scores.Length - 1, best.Words.Count);
        Assert.All(scores.Zip([.. best.Words.Select(word => word.LogProbability), best.EndLogProbability]), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public async Task ExplainCaption_HeadOfAnotherSize_HasTheHeadsGridsAndTheMapsOfTheHeadAlone()
    {
        var answer = await CaptionAsync(_server, Caption(Photos.CatImage));

        using var alone = new HeadsAlone(sized.Model);
        var (scores, cams) = alone.Caption(Text);
        Assert.Equal(4 * 2, answer.Maps.Count);
        Assert.All(answer.Maps, map =>
        {
            var origin = map.Provenance;
            var layer = origin.Layers.Single();
            Assert.Equal(new PixelSize { Width = 128, Height = 96 }, origin.InputSize);
            Assert.Equal(layer == "bn2" ? new PixelSize { Width = 4, Height = 3 } : new PixelSize { Width = 8, Height = 6 }, origin.NativeSize);
            Assert.Equal(origin.NativeSize, map.Outputs[0].Raw.Size);
            Assert.Equal(scores[map.TargetIndex], origin.Score.Value, 1e-3);
            AssertClose(cams[(map.TargetIndex, layer)], map.Outputs[0].Raw.Floats());
        });
    }

    [Fact]
    public async Task ExplainCaption_HeadOfAnotherSize_FusedMapIsOnItsFinestLayersGridAndPicturesOnThePhoto()
    {
        var request = Caption(Photos.CatImage);
        request.LayerFusion = LayerFusion.Unspecified;
        request.Outputs.Clear();
        request.Outputs.Add(
        [
            new MapOutput { Raw = new RawMapOutput() },
            new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Input } },
            new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } },
            new MapOutput { Overlay = new OverlayOutput() },
            new MapOutput { Boxes = new BoxesOutput() },
        ]);
        var answer = await CaptionAsync(_server, request);

        using var alone = new HeadsAlone(sized.Model);
        var (_, cams) = alone.Caption(Text);
        Assert.Equal(4, answer.Maps.Count);
        Assert.All(answer.Maps, map =>
        {
            var size = new PixelSize { Width = 128, Height = 96 };
            var finest = new PixelSize { Width = 8, Height = 6 };
            Assert.Equal(finest, map.Provenance.NativeSize);
            Assert.Equal([finest, size, new PixelSize { Width = 451, Height = 300 }], map.Outputs.Take(3).Select(output => output.Raw.Size));
            Assert.Equal(new PixelSize { Width = 451, Height = 300 }, map.Outputs[3].Image.Size);
            Assert.All(map.Outputs[4].Boxes.Boxes, box => Assert.InRange(box.PixelCount, 1, 128 * 96));
            Assert.All(map.Outputs[4].Boxes.Boxes, box => Assert.InRange(box.Rectangle.X + box.Rectangle.Width, 0, 451.001));

            Explain.SaliencyMap Cam(string layer, int height, int width) => new(
                new Explain.Methods.GradCam(), new CutLayer(layer, 1, height, width), null, 0, new MapShape(1, height, width), cams[(map.TargetIndex, layer)]);
            var fused = Explain.Fusion.LayerFusion.Fuse([Cam("bn2", 3, 4), Cam("blocks.4.2", 6, 8)], FusionRule.Mean);
            Assert.All(fused.Values.ToArray().Zip(map.Outputs[0].Raw.Floats()), pair => Assert.Equal(pair.First, pair.Second, 0.02f));
        });
    }

    [Fact]
    public async Task ExplainAnswer_HeadOfAnotherSize_HasTheHeadsGridsAndTheMapsOfTheHeadAlone()
    {
        var answer = await AnswerAsync(_server, Asking(Photos.CatImage));

        using var alone = new HeadsAlone(sized.Model);
        var best = answer.Prediction.Questions[0].Answers[0].AnswerIndex;
        var (probabilities, cams) = alone.Answer(Question, best);
        Assert.Equal(SizedHeads.Answers.Count, answer.Prediction.Questions[0].Answers.Count);
        Assert.All(answer.Prediction.Questions[0].Answers, one => Assert.Equal(probabilities[one.AnswerIndex], one.Probability, 1e-3));
        Assert.Equal(2, answer.Maps.Count);
        Assert.All(answer.Maps, map =>
        {
            var origin = map.Provenance;
            Assert.Equal(new PixelSize { Width = 160, Height = 64 }, origin.InputSize);
            Assert.Equal(origin.Layers.Single() == "bn2" ? new PixelSize { Width = 5, Height = 2 } : new PixelSize { Width = 10, Height = 4 }, origin.NativeSize);
            AssertClose(cams[(0, origin.Layers.Single())], map.Outputs[0].Raw.Floats());
        });
        Assert.All(answer.Attention, attention => Assert.Equal([10, 40], attention.Grids.Select(grid => grid.Floats().Length)));
        Assert.NotEmpty(answer.Attention);
    }

    /// <summary>Three sizes are three passes.</summary>
    [Fact]
    public async Task MultiTask_ViewsOfTheirOwn_EqualTheThreeServices()
    {
        var together = await TogetherAsync(_server, All());
        var classes = await _server.ExplainAsync(Classes(Photos.CatImage));
        var caption = await CaptionAsync(_server, Caption(Photos.CatImage));
        var answer = await AnswerAsync(_server, Asking(Photos.CatImage));

        Assert.Equal([1, 1, 1], together.BatchSizes);
        Assert.Equal(classes.Prediction.Crop, together.Classes[0].Prediction.Crop);
        Assert.All(classes.Prediction.Classes.Zip(together.Classes[0].Prediction.Classes), pair => Assert.Equal(pair.First.Logit, pair.Second.Logit, 1e-4));
        AssertSame(classes.Maps, together.Classes.Select(part => part.Map), count: 2);
        AssertSame(caption.Maps, together.Caption.Select(part => part.Map), count: 8);
        AssertSame(answer.Maps, together.Answers.Select(part => part.Map?.Map), count: 2);
        Assert.Equal(new PixelSize { Width = 7, Height = 7 }, together.Classes[1].Map.Provenance.NativeSize);
    }

    /// <summary>Every method, at layers in front of the average and far from it, as a network says that is served with that size alone.</summary>
    [Theory]
    [InlineData(true, "bn2", 128, 96)]
    [InlineData(true, "blocks.4.2", 128, 96)]
    [InlineData(false, "bn2", 160, 64)]
    [InlineData(false, "blocks.2.1", 160, 64)]
    public async Task MultiTask_SharedView_ClassesAreExplainedOnTheHeadsView(bool hasCaption, string layer, int width, int height)
    {
        using var scope = NewDisposeScope();
        using var network = sized.Model.BuildNetwork();
        network.PrepareForServing();
        var image = HeadsAlone.Cat(SizedHeads.View((width, height)));
        var cut = new CutNetwork(network, randn([1, 3, height, width], generator: new Generator(2)), network.UseFolded);
        var methods = ExplanationMethods.All.Where(method => method.ObjectionTo(cut, cut.Layers[layer]) is null).ToArray();
        var request = All();
        if (!hasCaption)
            request.Captioning = null;
        request.ShareView = true;
        request.Classification.Targets.Clear();
        request.Classification.Targets.Add(new ClassTarget { ClassIndex = Tabby });
        request.Classification.Layers.Clear();
        request.Classification.Layers.Add(layer);
        request.Classification.Methods.Add(methods.Select(method => Calls.Method(method.Name.Replace('-', '_'))));

        var answer = await TogetherAsync(_server, request);

        Assert.Equal(new PixelRectangle { X = 0, Y = 0, Width = 451, Height = 300 }, answer.Classes[0].Prediction.Crop);
        var logits = cut.Outputs(image).data<float>().ToArray();
        Assert.All(answer.Classes[0].Prediction.Classes, one => Assert.Equal(logits[one.ClassIndex], one.Logit, 1e-3));
        var expected = ImageMaps.Of(cut, image, [cut.Layers[layer]], [ScoreTarget.Of(Tabby)], methods, Cancellation)[0];
        var actual = answer.Classes.Select(part => part.Map).OfType<SaliencyMap>().ToArray();
        Assert.True(methods.Length > 15);
        Assert.Equal(methods.Length, actual.Length);
        foreach (var map in actual)
        {
            var method = methods.Single(method => Calls.Method(method.Name.Replace('-', '_')).MethodCase == map.Provenance.Method.MethodCase);
            var same = expected.Single(one => one.Method == method);
            Assert.Equal(new PixelSize { Width = width, Height = height }, map.Provenance.InputSize);
            Assert.Equal(new PixelSize { Width = same.Shape.Width, Height = same.Shape.Height }, map.Provenance.NativeSize);
            Assert.Equal(method.UsesLayer && method.Channels == 1 ? (cut.Layers[layer].Height, cut.Layers[layer].Width) : (height, width), (same.Shape.Height, same.Shape.Width));
            AssertClose(same.Values.ToArray(), map.Outputs[0].Raw.Floats());
        }

        // The parts that share the view are answered as alone.
        if (hasCaption)
            AssertSame((await CaptionAsync(_server, Caption(Photos.CatImage))).Maps, answer.Caption.Select(part => part.Map), count: 8);
        AssertSame((await AnswerAsync(_server, Asking(Photos.CatImage))).Maps, answer.Answers.Select(part => part.Map?.Map), count: 2);
    }

    /// <summary>A map of the whole photo, drawn on it and compared by pixels, not one of the middle square.</summary>
    [Fact]
    public async Task MultiTask_SharedView_FusedMapsAndPicturesAreOfTheHeadsView()
    {
        var request = All();
        request.Vqa = null;
        request.ShareView = true;
        request.Classification.LayerFusion = LayerFusion.Mean;
        request.Classification.Outputs.Add(new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } });
        request.Classification.Outputs.Add(new MapOutput { Overlay = new OverlayOutput() });
        request.Classification.Targets.Add(new ClassTarget { ClassIndex = 285 });
        request.Classification.LabelImages.Add(new LabelImageOutput());

        var answer = await TogetherAsync(_server, request);

        Assert.Equal([1, 1], answer.BatchSizes);
        var map = answer.Classes[1].Map;
        Assert.Equal(new PixelSize { Width = 8, Height = 6 }, map.Provenance.NativeSize);
        Assert.Equal(new PixelSize { Width = 451, Height = 300 }, map.Outputs[2].Image.Size);
        var onPhoto = map.Outputs[1].Raw.Floats();
        Assert.Contains(Enumerable.Range(0, 300), y => onPhoto[y * 451] > 0 || onPhoto[(y * 451) + 450] > 0);
        Assert.Single(answer.Classes, part => part.LabelImage is not null);
    }

    /// <summary>The answering head sees another part of the photo than the classification does, in the same size: a pass of two rows.</summary>
    [Fact]
    public async Task MultiTask_TwoViewsOfOneSizeAndOneOfAnother_AreTwoPasses()
    {
        await using var mixed = new SizedHeadsServer((128, 96), (224, 224));
        await mixed.InitializeAsync();
        var answer = await TogetherAsync(mixed.Server, All());
        var classes = await mixed.Server.ExplainAsync(Classes(Photos.CatImage));
        var alone = await AnswerAsync(mixed.Server, Asking(Photos.CatImage));

        Assert.Equal([2, 1, 2], answer.BatchSizes);
        AssertSame(classes.Maps, answer.Classes.Select(part => part.Map), count: 2);
        AssertSame(alone.Maps, answer.Answers.Select(part => part.Map?.Map), count: 2);
        Assert.NotEqual(answer.Classes[0].Prediction.Crop, answer.Answers[0].Prediction.Crop);

        using var http = new HttpClient();
        var lines = (await http.GetStringAsync(mixed.Server.MetricsAddress, Cancellation)).Split('\n');
        Assert.Equal(2 + 1 + 1, lines
            .Where(line => line.Contains("_count{", StringComparison.Ordinal) && line.Contains("stage=\"forward\"", StringComparison.Ordinal)
                && line.Contains($"\"{mixed.Model.Manifest.Name}\"", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split("} ")[1].Split(' ')[0], null)));
    }

    /// <summary>Many calls at once, of three sizes and several photos: each is answered as if it were alone.</summary>
    [Fact]
    public async Task Explain_CallsOfAllSizesAtOnce_AreWhatTheyAreAlone()
    {
        Image[] photos = [.. Enumerable.Range(0, 5).Select(i => Photos.CatCut(30 * i))];
        async Task<IReadOnlyList<SaliencyMap>> ClassMaps(Image photo) => (await _server.ExplainAsync(Classes(photo))).Maps;
        async Task<IReadOnlyList<SaliencyMap>> CaptionMaps(Image photo) => (await CaptionAsync(_server, Caption(photo))).Maps;
        async Task<IReadOnlyList<SaliencyMap>> AnswerMaps(Image photo) => (await AnswerAsync(_server, Asking(photo))).Maps;
        Func<Image, Task<IReadOnlyList<SaliencyMap>>>[] calls = [ClassMaps, CaptionMaps, AnswerMaps];
        var alone = new List<IReadOnlyList<SaliencyMap>>();
        foreach (var photo in photos)
        {
            foreach (var call in calls)
                alone.Add(await call(photo));
        }

        var together = await Task.WhenAll(photos.SelectMany(photo => calls.Select(call => call(photo))));

        for (var i = 0; i < alone.Count; i++)
            AssertSame(alone[i], together[i], alone[i].Count);
    }

    [Fact]
    public async Task Explain_PhotoIsKnown_TheHeadsOfTheirSizesSayTheSameBits()
    {
        await using var remembering = new SizedHeadsServer((128, 96), (160, 64), cacheBytes: 1 << 24);
        await remembering.InitializeAsync();

        var first = await TogetherAsync(remembering.Server, All());
        var caption = await CaptionAsync(remembering.Server, Caption(Photos.CatImage));
        var answer = await AnswerAsync(remembering.Server, Asking(Photos.CatImage));

        Assert.Equal(TimeSpan.Zero, caption.Forward);
        Assert.Equal(TimeSpan.Zero, answer.Forward);
        Assert.Equal(first.Caption.Select(part => part.Map).OfType<SaliencyMap>().Select(map => map.Outputs[0]), caption.Maps.Select(map => map.Outputs[0]));
        Assert.Equal(first.Answers.Select(part => part.Map?.Map).OfType<SaliencyMap>().Select(map => map.Outputs[0]), answer.Maps.Select(map => map.Outputs[0]));
    }

    [Fact]
    public async Task GetModel_HeadsOfOtherSizes_TellsTheirInputsAndTheirLayers()
    {
        var model = (await _server.Models.GetModelAsync(new GetModelRequest(), cancellationToken: Cancellation)).Model;

        Assert.Equal(new PixelSize { Width = 224, Height = 224 }, model.Preprocessing.InputSize);
        Assert.Equal(new PixelSize { Width = 128, Height = 96 }, model.Captioning.Preprocessing.InputSize);
        Assert.Equal(new PixelSize { Width = 160, Height = 64 }, model.Answering.Preprocessing.InputSize);
        Assert.Equal(
            new Layer { Name = "bn2", ChannelCount = 1280, Size = new PixelSize { Width = 7, Height = 7 }, FeedsLinearHead = true },
            model.Layers.Single(layer => layer.Name == "bn2"));
        Assert.Equal(
            [
                new Layer { Name = "bn2", ChannelCount = 1280, Size = new PixelSize { Width = 4, Height = 3 } },
                new Layer { Name = "blocks.4.2", ChannelCount = 112, Size = new PixelSize { Width = 8, Height = 6 } },
            ],
            model.Captioning.Layers);
        Assert.Equal([(5, 2), (10, 4)], model.Answering.Layers.Select(layer => (layer.Size.Width, layer.Size.Height)));
    }

    private static MultiTaskServiceExplainRequest All() =>
        new() { Image = Photos.CatImage, Classification = Classes(null), Captioning = Caption(null), Vqa = Asking(null) };

    private static ClassificationServiceExplainRequest Classes(Image? image) =>
        new() { Image = image, Targets = { new ClassTarget { ClassIndex = Tabby } }, Layers = { "bn2", "blocks.4.2" }, Outputs = { Signed } };

    private static CaptioningServiceExplainRequest Caption(Image? image) =>
        new() { Image = image, Text = Text, LayerFusion = LayerFusion.None, Outputs = { Signed } };

    private static VqaServiceExplainRequest Asking(Image? image) => new()
    {
        Image = image,
        Questions = { new VqaQuestion { Text = Question } },
        PredictionTopK = SizedHeads.Answers.Count,
        LayerFusion = LayerFusion.None,
        Outputs = { Signed },
        IncludeAttention = true,
    };

    private static MapOutput Signed => new() { Raw = new RawMapOutput { Values = MapValues.Signed } };

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(Math.Abs);
        Assert.NotEqual(0, largest);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Close * largest));
    }

    private static void AssertSame(IEnumerable<SaliencyMap> expected, IEnumerable<SaliencyMap?> actual, int count)
    {
        var pairs = expected.Zip(actual.OfType<SaliencyMap>()).ToArray();
        Assert.Equal(count, pairs.Length);
        Assert.All(pairs, pair =>
        {
            Assert.Equal((pair.First.Provenance.Layers, pair.First.TargetIndex), (pair.Second.Provenance.Layers, pair.Second.TargetIndex));
            Assert.Equal(pair.First.Provenance.NativeSize, pair.Second.Provenance.NativeSize);
            Assert.Equal(pair.First.Provenance.Score.Value, pair.Second.Provenance.Score.Value, 1e-3);
            AssertClose(pair.First.Outputs[0].Raw.Floats(), pair.Second.Outputs[0].Raw.Floats());
        });
    }

    private static async Task<(CaptionPrediction Prediction, IReadOnlyList<SaliencyMap> Maps, TimeSpan Forward)> CaptionAsync(
        RunningServer server, CaptioningServiceExplainRequest request)
    {
        using var call = server.Captioning.Explain(request, cancellationToken: Cancellation);
        var parts = await call.ReadAllAsync();
        var prediction = parts[0].Prediction;
        return (prediction, [.. parts.Select(part => part.Map).OfType<SaliencyMap>()], prediction.Timings.ForwardDuration.ToTimeSpan());
    }

    private static async Task<(VqaPrediction Prediction, IReadOnlyList<SaliencyMap> Maps, IReadOnlyList<QuestionAttention> Attention, TimeSpan Forward)> AnswerAsync(
        RunningServer server, VqaServiceExplainRequest request)
    {
        using var call = server.Vqa.Explain(request, cancellationToken: Cancellation);
        var parts = await call.ReadAllAsync();
        var prediction = parts[0].Prediction;
        return (
            prediction,
            [.. parts.Select(part => part.Map?.Map).OfType<SaliencyMap>()],
            [.. parts.Select(part => part.Attention).OfType<QuestionAttention>()],
            prediction.Timings.ForwardDuration.ToTimeSpan());
    }

    private static async Task<Answer> TogetherAsync(RunningServer server, MultiTaskServiceExplainRequest request)
    {
        using var call = server.MultiTask.Explain(request, cancellationToken: Cancellation);
        return new Answer(await call.ReadAllAsync());
    }

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
