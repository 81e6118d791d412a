using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>What is measured of maps.</summary>
public sealed class EvaluateTests(RunningServer server)
{
    private const int TigerCat = 282;
    private const int Side = 224;

    /// <summary>The cat is 451 x 300, resized 384 x 256; the middle 224 x 224 of that is the input.</summary>
    private const double CropX = 80 * 451.0 / 384;
    private const double CropY = 16 * 300.0 / 256;
    private const double CropWidth = 224 * 451.0 / 384;
    private const double CropHeight = 224 * 300.0 / 256;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Evaluate_NothingChosen_JudgesTheMapOfTheBestClassAsFarAsItCan()
    {
        using var call = server.Evidence.Evaluate(new EvaluateRequest { Image = Photos.CatImage }, cancellationToken: Cancellation);
        var messages = await call.ReadAllAsync();

        Assert.Equal(2, messages.Count);
        var best = messages[0].Prediction.Classes[0];
        var map = messages[1].Evidence;
        Assert.Equal((best.ClassIndex, "bn2"), (map.Map.Score.ExplainedClass.ClassIndex, map.Map.Layers.Single()));
        Assert.Equal(ExplanationMethod.MethodOneofCase.GradCam, map.Map.Method.MethodCase);
        Assert.Equal((21, 21), (map.Insertion.Points.Count, map.Deletion.Points.Count));
        Assert.True(map.HasOcclusionCorrelation);
        Assert.InRange(map.OcclusionCorrelation, -1, 1);
        Assert.Null(map.Pointing);
        Assert.False(map.HasEnergyInside || map.HasSensitivity || map.AllZero);
    }

    /// <summary>With nothing deleted, and with everything inserted, the network sees the photo.</summary>
    [Theory]
    [InlineData(ScoreKind.Logit)]
    [InlineData(ScoreKind.Probability)]
    [InlineData(ScoreKind.LogProbability)]
    public async Task Evaluate_ScoreOfOneClass_CurvesFollowItsProbability(ScoreKind kind)
    {
        var (prediction, maps) = await EvaluateAsync(new EvaluateRequest
        {
            Targets = { new ClassTarget { TopK = 2, ScoreKind = kind } },
            Measures = { Measure.Insertion, Measure.Deletion },
            Curves = new CurveOptions { StepCount = 7, Canvas = InsertionCanvas.Grey },
        });

        Assert.Equal(2, maps.Count);
        foreach (var (map, expected) in maps.Zip(prediction.Classes))
        {
            Assert.Equal(expected.Probability, map.Deletion.Points[0].Score, 1e-4);
            Assert.Equal(expected.Probability, map.Insertion.Points[^1].Score, 1e-4);

            // Wholly deleted, and with nothing inserted into grey, it sees the same.
            Assert.Equal(map.Deletion.Points[^1].Score, map.Insertion.Points[0].Score, 1e-4);
            AssertCurve(map.Deletion, steps: 7);
            AssertCurve(map.Insertion, steps: 7);
            Assert.True(map.Insertion.Score is CurveScore.Probability && map.Deletion.Score is CurveScore.Probability);
            Assert.False(map.HasOcclusionCorrelation);
        }
    }

    [Fact]
    public async Task Evaluate_ContrastAndCounterfactual_CurvesFollowTheScoreItself()
    {
        var (_, maps) = await EvaluateAsync(new EvaluateRequest
        {
            Targets =
            {
                new ClassTarget { ClassIndex = TigerCat, ScoreKind = ScoreKind.Counterfactual },
                new ClassTarget { ClassIndex = TigerCat, Contrast = new ClassReference { ClassIndex = 7 } },
            },
            Measures = { Measure.Deletion },
            Curves = new CurveOptions { StepCount = 1 },
        });

        Assert.Equal([0, 1], maps.Select(map => map.TargetIndex));
        Assert.All(maps, map =>
        {
            Assert.Equal(map.Map.Score.Value, map.Deletion.Points[0].Score, 1e-3);
            Assert.Equal(CurveScore.Explained, map.Deletion.Score);
            Assert.Null(map.Insertion);
        });
        Assert.True(maps[0].Map.Score.Value < 0 && maps[1].Map.Score.Value > 0);
    }

    /// <summary>The map itself, as Explain gives it on the network's input, says what the peak and the energy are.</summary>
    [Fact]
    public async Task Evaluate_Boxes_PeakAndEnergyAreTheMapsOwn()
    {
        var explained = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { ClassIndex = TigerCat } },
            Outputs = { new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Input } } },
        });
        var heat = explained.Maps[0].Outputs[0].Raw.Floats();
        var hottest = Array.IndexOf(heat, heat.Max());
        var (x, y) = (CropX + (hottest % Side + 0.5) * CropWidth / Side, CropY + (hottest / Side + 0.5) * CropHeight / Side);

        // The left 100 columns of the input.
        var left = await EvaluateOneAsync(new PixelRectangle { X = 0, Y = 0, Width = CropX + 100 * CropWidth / Side - 1e-6, Height = 300 });
        var around = await EvaluateOneAsync(new PixelRectangle { X = x - 0.1, Y = y - 0.1, Width = 0.2, Height = 0.2 });
        var elsewhere = await EvaluateOneAsync(new PixelRectangle { X = x + 20, Y = y, Width = 5, Height = 5 });

        Assert.All([left, around, elsewhere], map => Assert.InRange(Math.Abs(x - map.Pointing.InputPeak.X) + Math.Abs(y - map.Pointing.InputPeak.Y), 0, 3));
        Assert.Equal((true, false), (around.Pointing.Hits, elsewhere.Pointing.Hits));
        var inside = heat.Where((_, i) => i % Side < 100).Sum() / heat.Sum();
        Assert.Equal(inside, left.EnergyInside, 1e-3);
        Assert.True(around.EnergyInside > 0 && around.EnergyInside < 0.01);
    }

    [Fact]
    public async Task Evaluate_WholePhotoAndOutsideTheCrop_EnergyIsOneAndZero()
    {
        var whole = await EvaluateOneAsync(new PixelRectangle { Width = 451, Height = 300 });
        var unseen = await EvaluateOneAsync(new PixelRectangle { Width = CropX - 1, Height = 300 });

        Assert.Equal((1, true), (whole.EnergyInside, whole.Pointing.Hits));
        Assert.Equal((0, false), (unseen.EnergyInside, unseen.Pointing.Hits));
        Assert.InRange(whole.Pointing.InputPeak.X, CropX, CropX + CropWidth);
        Assert.InRange(whole.Pointing.InputPeak.Y, CropY, CropY + CropHeight);
    }

    [Fact]
    public async Task Evaluate_BoxReachesBeyondThePhoto_CountsByWhatIsOnIt()
    {
        var cut = await EvaluateOneAsync(new PixelRectangle { X = 0, Y = 0, Width = 200, Height = 300 });
        var reaching = await EvaluateOneAsync(new PixelRectangle { X = -1000, Y = -7, Width = 1200, Height = 5000 });

        Assert.InRange(cut.EnergyInside, 0.01, 0.99);
        Assert.Equal(cut.EnergyInside, reaching.EnergyInside);
        Assert.Equal(cut.Pointing, reaching.Pointing);
    }

    [Fact]
    public async Task Evaluate_OtherOrderOfMethodsAndLayers_GivesTheSameFigures()
    {
        var request = new EvaluateRequest
        {
            Targets = { new ClassTarget { ClassIndex = TigerCat } },
            Layers = { "bn2", "blocks.5.0" },
            Methods = { Method("grad_cam"), Method("saliency"), Method("guided_grad_cam"), Method("layer_cam") },
            Boxes = { new PixelRectangle { X = 100, Y = 20, Width = 150, Height = 150 } },
            Curves = new CurveOptions { StepCount = 4 },
            Occlusion = new Occlusion { PatchSize = 56, Stride = 56 },
            Seed = 5,
        };
        var reversed = request.Clone();
        reversed.Methods.Clear();
        reversed.Methods.Add(request.Methods.Reverse());
        reversed.Layers.Clear();
        reversed.Layers.Add(request.Layers.Reverse());

        var (_, ours) = await EvaluateAsync(request);
        var (_, theirs) = await EvaluateAsync(reversed);

        Assert.Equal(
            ["GradCam bn2", "GradCam blocks.5.0", "Saliency ", "GuidedGradCam bn2", "GuidedGradCam blocks.5.0", "LayerCam bn2", "LayerCam blocks.5.0"],
            ours.Select(Name));
        var byName = theirs.ToDictionary(Name);
        Assert.All(ours, map => Assert.Equal(Figures(map), Figures(byName[Name(map)])));

        static string Name(MapEvidence map) => $"{map.Map.Method.MethodCase} {string.Join(" ", map.Map.Layers)}";
    }

    [Fact]
    public async Task Evaluate_Baselines_ComeBehindEachClassAndKnowNothing()
    {
        var request = new EvaluateRequest
        {
            Targets = { new ClassTarget { ClassIndex = TigerCat }, new ClassTarget { ClassIndex = 7 } },
            Methods = { Method("grad_cam"), Method("guided_backpropagation") },
            Measures = { Measure.Insertion, Measure.Pointing, Measure.EnergyInside, Measure.Sensitivity },
            Boxes = { new PixelRectangle { X = 225, Y = 149, Width = 2, Height = 2 } },
            IncludeBaselines = true,
            Curves = new CurveOptions { StepCount = 4 },
            Sensitivity = new SensitivityOptions { SampleCount = 2 },
            Seed = 9,
        };
        var (_, maps) = await EvaluateAsync(request);
        var (_, again) = await EvaluateAsync(request);
        request.Seed = 10;
        var (_, otherSeed) = await EvaluateAsync(request);

        Assert.Equal(
            [Baseline.Unspecified, Baseline.Unspecified, Baseline.Random, Baseline.CentredBlob],
            maps.Take(4).Select(map => map.Baseline?.Baseline ?? Baseline.Unspecified));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], maps.Select(map => map.TargetIndex));
        Assert.Equal([TigerCat, TigerCat, 7, 7], maps.Where(map => map.Baseline is not null).Select(map => map.Baseline.Score.ExplainedClass.ClassIndex));
        Assert.All(maps, map => Assert.Equal(map.Baseline is not null, map.Sensitivity == 0));
        Assert.Equal(maps[0].Map.Score.Value, maps[2].Baseline.Score.Value);

        // The blob's peak is the middle of the photo.
        Assert.True(maps[3].Pointing.Hits);
        Assert.Equal((7, 7), (maps[3].Baseline.NativeSize.Width, maps[3].Baseline.NativeSize.Height));
        Assert.Equal(maps.Select(Figures), again.Select(Figures));
        Assert.NotEqual(maps[2].Insertion.Area, otherSeed[2].Insertion.Area);
        Assert.NotEqual(maps[1].Sensitivity, otherSeed[1].Sensitivity);
        Assert.Equal(maps[1].Insertion.Area, otherSeed[1].Insertion.Area);
    }

    [Fact]
    public async Task Evaluate_ClientLeaves_TheNextIsServed()
    {
        using var leaving = new CancellationTokenSource();
        using var call = server.Evidence.Evaluate(
            new EvaluateRequest
            {
                Image = Photos.CatImage,
                Targets = { new ClassTarget { TopK = 16 } },
                Curves = new CurveOptions { StepCount = 200 },
            },
            cancellationToken: leaving.Token);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        await leaving.CancelAsync();

        var (_, maps) = await EvaluateAsync(new EvaluateRequest { Measures = { Measure.OcclusionCorrelation } });

        Assert.Single(maps);
        await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());
    }

    public static TheoryData<string> BadRequestNames => [.. BadRequests.Keys];

    private static readonly Dictionary<string, (EvaluateRequest Request, string[] Fields)> BadRequests = new(StringComparer.Ordinal)
    {
        ["box right of the photo"] = (new() { Boxes = { Box(400, 0, 52, 10), Box(451, 0, 52, 10) } }, ["boxes[1]"]),
        ["box above the photo"] = (new() { Boxes = { Box(0, -10, 10, 10) } }, ["boxes[0]"]),
        ["empty boxes"] = (new() { Boxes = { Box(5, 5, 0, 10), Box(5, 5, 10, -1) } }, ["boxes[0]", "boxes[1]"]),
        ["boxes of no numbers"] = (new() { Boxes = { Box(double.NaN, 0, 1, 1), Box(0, 0, double.PositiveInfinity, 1) } }, ["boxes[0]", "boxes[1]"]),
        ["101 boxes"] = (new() { Boxes = { Enumerable.Repeat(Box(0, 0, 1, 1), 101) } }, ["boxes"]),
        ["unknown and repeated measures"] = (
            new() { Measures = { Measure.Unspecified, (Measure)77, Measure.Deletion, Measure.Deletion } },
            ["measures[0]", "measures[1]", "measures[3]"]),
        ["measures that need boxes"] = (new() { Measures = { Measure.Pointing, Measure.EnergyInside } }, ["measures[0]", "measures[1]"]),
        ["sensitivity of a slow method"] = (
            new() { Methods = { Method("grad_cam"), Method("score_cam") }, Measures = { Measure.Sensitivity } }, ["measures[0]"]),
        ["curves"] = (
            new() { Curves = new CurveOptions { StepCount = 0, Canvas = (InsertionCanvas)9, BlurSigma = double.NaN } },
            ["curves.step_count", "curves.canvas", "curves.blur_sigma"]),
        ["201 steps"] = (new() { Curves = new CurveOptions { StepCount = 201, BlurSigma = 50.1 } }, ["curves.step_count", "curves.blur_sigma"]),
        ["occlusion"] = (new() { Occlusion = new Occlusion { PatchSize = 16, Stride = 17 } }, ["occlusion.stride"]),
        ["patch of 7"] = (new() { Occlusion = new Occlusion { PatchSize = 7 } }, ["occlusion.patch_size"]),
        ["sensitivity"] = (
            new() { Sensitivity = new SensitivityOptions { SampleCount = 101, Radius = 0 } }, ["sensitivity.sample_count", "sensitivity.radius"]),
        ["17 maps"] = (new() { Targets = { new ClassTarget { TopK = 17 } } }, ["targets"]),
        ["18 maps with baselines"] = (new() { Targets = { new ClassTarget { TopK = 6 } }, IncludeBaselines = true }, ["targets"]),
        ["everything"] = (
            new()
            {
                PredictionTopK = 0,
                Targets = { new ClassTarget() },
                Layers = { "bn2", "bn2" },
                Methods = { new ExplanationMethod() },
                Boxes = { Box(0, 0, 0, 0) },
                Measures = { (Measure)77 },
            },
            ["prediction_top_k", "targets[0]", "layers[1]", "methods[0]", "boxes[0]", "measures[0]"]),
    };

    [Theory, MemberData(nameof(BadRequestNames))]
    public async Task Evaluate_BadRequest_IsInvalidAndNamesTheFields(string name)
    {
        var (request, fields) = BadRequests[name];

        var fault = await Assert.ThrowsAsync<RpcException>(() => EvaluateAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(fields, fault.Fields());
    }

    [Fact]
    public async Task Evaluate_NoImageNoModelNoLayer_SaysSo()
    {
        using var noImage = server.Evidence.Evaluate(new EvaluateRequest(), cancellationToken: Cancellation);

        Assert.Equal(["image"], (await Assert.ThrowsAsync<RpcException>(() => noImage.ReadAllAsync())).Fields());
        var noModel = await Assert.ThrowsAsync<RpcException>(() => EvaluateAsync(new EvaluateRequest { Model = "resnet" }));
        Assert.Equal((StatusCode.NotFound, "model"), (noModel.StatusCode, Assert.Single(noModel.Fields())));
        var noLayer = await Assert.ThrowsAsync<RpcException>(() => EvaluateAsync(new EvaluateRequest { Layers = { "" } }));
        Assert.Equal((StatusCode.NotFound, "layers[0]"), (noLayer.StatusCode, Assert.Single(noLayer.Fields())));
    }

    private static PixelRectangle Box(double x, double y, double width, double height) => new() { X = x, Y = y, Width = width, Height = height };

    private static ExplanationMethod Method(string name)
    {
        var method = new ExplanationMethod();
        var field = ExplanationMethod.Descriptor.FindFieldByName(name);
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(ByteString.Empty));
        return method;
    }

    /// <summary>All that was measured; how long it took is another matter.</summary>
    private static MapEvidence Figures(MapEvidence map)
    {
        var figures = map.Clone();
        figures.Duration = null;
        return figures;
    }

    private static void AssertCurve(ScoreCurve curve, int steps)
    {
        Assert.Equal(steps + 1, curve.Points.Count);
        Assert.Equal((0, 1), (curve.Points[0].Share, curve.Points[^1].Share));
        Assert.All(curve.Points, point => Assert.InRange(point.Score, 0, 1));
        var area = curve.Points.Zip(curve.Points.Skip(1), (from, to) => (to.Share - from.Share) * (from.Score + to.Score) / 2).Sum();
        Assert.Equal(area, curve.Area, 1e-6);
    }

    private async Task<MapEvidence> EvaluateOneAsync(PixelRectangle box)
    {
        var (_, maps) = await EvaluateAsync(new EvaluateRequest
        {
            Targets = { new ClassTarget { ClassIndex = TigerCat } },
            Boxes = { box },
            Measures = { Measure.Pointing, Measure.EnergyInside },
        });
        return Assert.Single(maps);
    }

    private async Task<(ClassificationPrediction Prediction, IReadOnlyList<MapEvidence> Maps)> EvaluateAsync(EvaluateRequest request)
    {
        var asked = request.Clone();
        asked.Image = Photos.CatImage;
        using var call = server.Evidence.Evaluate(asked, cancellationToken: Cancellation);
        var messages = await call.ReadAllAsync();
        return (messages[0].Prediction, [.. messages.Skip(1).Select(message => message.Evidence)]);
    }
}
