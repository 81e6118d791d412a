using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.FunctionalTests;

/// <summary>ComparisonService.CompareModels.</summary>
public sealed class CompareModelsTests(TwoModels models) : IClassFixture<TwoModels>
{
    private const int TigerCat = 282;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CompareModels_ClassIsNamed_EachSaysWhatItSaysAlone()
    {
        var answer = await CompareAsync(new CompareModelsRequest
        {
            Models = { Choice(ModelFolders.Cropped), Choice(ModelFolders.Whole, "blocks.4.2") },
            ExplainedClass = new ClassReference { Label = "tiger cat" },
            Boxes = { new PixelRectangle { X = 0, Y = 0, Width = 451, Height = 300 }, new PixelRectangle { X = 0, Y = 0, Width = 1, Height = 1 } },
        });

        Assert.Equal([ModelFolders.Cropped, ModelFolders.Whole], answer.Models.Select(model => model.Prediction.Model));
        Assert.Equal(["1.0.0", "2.0.0"], answer.Models.Select(model => model.Prediction.ModelVersion));
        Assert.Equal(["bn2", "blocks.4.2"], answer.Models.Select(model => model.Map.Provenance.Layers.Single()));
        foreach (var model in answer.Models)
        {
            var alone = await models.Server.ExplainAsync(new ClassificationServiceExplainRequest
            {
                Model = model.Prediction.Model,
                Image = Photos.CatImage,
                PredictionTopK = 1000,
                Targets = { new ClassTarget { ClassIndex = TigerCat } },
                Layers = { model.Map.Provenance.Layers },
            });
            var expected = alone.Maps[0].Outputs[0].Raw.Floats();
            Assert.All(expected.Zip(model.Map.Outputs[0].Raw.Floats()), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * expected.Max()));
            Assert.Equal(alone.Prediction.Crop, model.Prediction.Crop);
            Assert.Equal(alone.Prediction.Classes.Select(score => score.ClassIndex).ToList().IndexOf(TigerCat) + 1, model.ExplainedClass.Rank);
            Assert.Equal(alone.Prediction.Classes[model.ExplainedClass.Rank - 1].Probability, model.ExplainedClass.Score.Probability, 1e-5);

            // All of the photo is in a box.
            Assert.Equal(1, model.Evidence.EnergyInside, 1e-6);
            Assert.True(model.Evidence.Pointing.Hits);
            Assert.InRange(model.Evidence.OcclusionCorrelation, -1, 1);
            Assert.InRange(model.Evidence.Insertion.Area, 0, 1);
            Assert.InRange(model.Evidence.Deletion.Area, 0, 1);
        }
        Assert.Equal(1, answer.Models[0].RankCorrelation, 1e-9);
        Assert.InRange(answer.Models[1].RankCorrelation, -0.999, 0.999);
    }

    /// <summary>The measures' own tests say whether they are right; here they are taken of the same map, class and photo.</summary>
    [Fact]
    public async Task CompareModels_Evidence_IsTheLibrarysOfThisMapAndPhoto()
    {
        var answer = await CompareAsync(new CompareModelsRequest
        {
            Models = { Choice(ModelFolders.Cropped), Choice(ModelFolders.Whole) },
            ExplainedClass = new ClassReference { ClassIndex = TigerCat },
            Outputs =
            {
                new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } },
                new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed, Grid = MapGrid.Image } },
            },
        });
        var map = answer.Models[0].Map.Outputs[0].Raw;
        var heat = new HeatMap(map.Size.Height, map.Size.Width, map.Floats());

        using var scope = NewDisposeScope();
        var folder = ModelFolder.Read(EmbeddedModel.Path);
        using var network = folder.BuildNetwork();
        network.PrepareForServing();
        var cut = new CutNetwork(network, randn([1, 3, 224, 224], generator: new Generator(1)), network.UseFolded);
        var image = CatInput();
        var probability = ScoreTarget.Of(TigerCat, ScoreLink.Probability);
        var curves = new PixelCurves(steps: 20);

        var evidence = answer.Models[0].Evidence;
        Assert.Equal(curves.Insertion(cut, image, heat, probability, Cancellation).Area, evidence.Insertion.Area, 1e-4);
        Assert.Equal(curves.Deletion(cut, image, heat, probability, Cancellation).Area, evidence.Deletion.Area, 1e-4);
        Assert.Equal(new OcclusionCorrelation().Measure(cut, image, heat, ScoreTarget.Of(TigerCat), Cancellation)!.Value, evidence.OcclusionCorrelation, 1e-3);

        // Both networks see the first one's crop: on the photo's finer grid the maps are hardly less or more alike.
        var seen = Enumerable.Range(0, 451 * 300).Where(pixel => IsIn(pixel, answer.Models[0].Prediction.Crop)).ToArray();
        var (first, second) = (answer.Models[0].Map.Outputs[1].Raw.Floats(), answer.Models[1].Map.Outputs[1].Raw.Floats());
        var expected = RankCorrelation.Spearman([.. seen.Select(pixel => first[pixel])], [.. seen.Select(pixel => second[pixel])]);
        Assert.Equal(expected!.Value, answer.Models[1].RankCorrelation, 0.01);

        static bool IsIn(int pixel, PixelRectangle crop) =>
            pixel % 451 + 0.5 >= crop.X && pixel % 451 + 0.5 < crop.X + crop.Width && pixel / 451 + 0.5 >= crop.Y && pixel / 451 + 0.5 < crop.Y + crop.Height;
    }

    /// <summary>The same question of Evaluate, which chooses nothing to measure.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CompareModels_Evidence_IsThatOfEvaluate(bool hasBoxes)
    {
        PixelRectangle[] boxes = hasBoxes ? [new PixelRectangle { X = 100, Y = -20, Width = 150, Height = 200 }] : [];
        var answer = await CompareAsync(new CompareModelsRequest
        {
            Models = { Choice(ModelFolders.Cropped), Choice(ModelFolders.Whole, "blocks.4.2") },
            ExplainedClass = new ClassReference { ClassIndex = TigerCat },
            Boxes = { boxes },
        });

        foreach (var model in answer.Models)
        {
            using var call = models.Server.Evidence.Evaluate(
                new EvaluateRequest
                {
                    Model = model.Prediction.Model,
                    Image = Photos.CatImage,
                    Targets = { new ClassTarget { ClassIndex = TigerCat } },
                    Layers = { model.Map.Provenance.Layers },
                    Boxes = { boxes },
                },
                cancellationToken: Cancellation);
            var expected = (await call.ReadAllAsync())[1].Evidence;
            var evidence = model.Evidence;
            Assert.Equal(model.Map.Provenance, evidence.Map);
            Assert.Equal(expected.Map.Score.Value, evidence.Map.Score.Value, 1e-4);
            expected.Map.Score.Value = evidence.Map.Score.Value;
            Assert.Equal(expected.Map, evidence.Map);
            Assert.Equal(expected.AllZero, evidence.AllZero);
            Assert.Equal(21, evidence.Insertion.Points.Count);
            Assert.All(expected.Insertion.Points.Zip(evidence.Insertion.Points), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-4));
            Assert.All(expected.Deletion.Points.Zip(evidence.Deletion.Points), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-4));
            Assert.Equal(expected.OcclusionCorrelation, evidence.OcclusionCorrelation, 1e-3);
            Assert.Equal(expected.Pointing, evidence.Pointing);
            Assert.Equal((hasBoxes, hasBoxes), (expected.HasEnergyInside, evidence.HasEnergyInside));
            Assert.Equal(expected.EnergyInside, evidence.EnergyInside, 1e-5);
            Assert.False(evidence.HasSensitivity);
        }
    }

    [Fact]
    public async Task CompareModels_NoClass_IsTheFirstModelsMostProbableOne()
    {
        var answer = await CompareAsync(new CompareModelsRequest { Models = { Choice(ModelFolders.Whole), Choice(ModelFolders.Cropped) } });

        var found = answer.Models[0].Prediction.Classes[0];
        Assert.Equal(1, answer.Models[0].ExplainedClass.Rank);
        Assert.All(answer.Models, model => Assert.Equal(found.Label, model.ExplainedClass.Score.Label));
        Assert.All(answer.Models, model => Assert.Equal(found.ClassIndex, model.Map.Provenance.Score.ExplainedClass.ClassIndex));
        Assert.All(answer.Models, model => Assert.False(model.Evidence.HasEnergyInside || model.Evidence.Pointing is not null));
    }

    [Fact]
    public async Task CompareModels_OtherModelHasNoSuchLabel_IsNotFoundAndNamesTheModel()
    {
        var fault = await FailAsync(new CompareModelsRequest
        {
            Models = { Choice(ModelFolders.Cropped), Choice(ModelFolders.Whole) },
            ExplainedClass = new ClassReference { ClassIndex = 1 },
        });

        Assert.Equal((StatusCode.NotFound, "models[1].model"), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains(ModelFolders.Whole, fault.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("goldfish", fault.Status.Detail, StringComparison.Ordinal);
    }

    /// <summary>"crane" is a bird at 134 and a machine at 517; of the tench's index the second model has neither.</summary>
    [Fact]
    public async Task CompareModels_LabelIsAmbiguousInTheOtherModel_IsInvalidAndNamesTheClasses()
    {
        await using var cranes = new TwoModels(unknown: ModelFolders.Goldfish, firstLabel: "crane");
        await cranes.InitializeAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await cranes.Server.Comparison.CompareModelsAsync(
            new CompareModelsRequest
            {
                Image = Photos.CatImage,
                Models = { Choice(ModelFolders.Cropped), Choice(ModelFolders.Whole) },
                ExplainedClass = new ClassReference { ClassIndex = 0 },
            },
            cancellationToken: Cancellation));

        Assert.Equal((StatusCode.InvalidArgument, "models[1].model"), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains("crane (134); crane (517)", fault.Status.Detail, StringComparison.Ordinal);
    }

    /// <summary>The first model's best class is only known once it has spoken.</summary>
    [Fact]
    public async Task CompareModels_BestClassIsUnknownToTheOther_IsNotFound()
    {
        var first = await models.Server.Classification.ClassifyAsync(
            new ClassifyRequest { Model = ModelFolders.Cropped, Image = Photos.CatImage, TopK = 1 }, cancellationToken: Cancellation);
        var label = Assert.Single(first.Prediction.Classes).Label;
        await using var strangers = new TwoModels(unknown: label);
        await strangers.InitializeAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await strangers.Server.Comparison.CompareModelsAsync(
            new CompareModelsRequest { Image = Photos.CatImage, Models = { Choice(ModelFolders.Cropped), Choice(ModelFolders.Whole) } },
            cancellationToken: Cancellation));

        Assert.Equal((StatusCode.NotFound, "models[1].model"), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    public static TheoryData<string, string[]> BadRequests => new()
    {
        { """{ "models": [ { "model": "embedded" } ] }""", ["models"] },
        { """{ "models": [] }""", ["models"] },
        { """{ "models": [ { "model": "embedded" }, { "model": "embedded" } ] }""", ["models[1].model"] },
        { """{ "models": [ { "model": "embedded" }, {} ] }""", ["models[1].model"] },
        { """{ "models": [ { "model": "embedded", "layer": "no" }, { "model": "resnet" } ], "explainedClass": {} }""", ["models[1].model", "models[0].layer", "explained_class"] },
        { """{ "models": [ { "model": "embedded" }, { "model": "embedded_2", "layer": "blocks.4.2" } ], "method": { "cam": {} } }""", ["method"] },
        {
            """{ "models": [ { "model": "embedded" }, { "model": "embedded_2" } ], "boxes": [ { "x": 1, "y": 1, "width": 0, "height": 5 }, { "x": "NaN", "width": 1, "height": 1 } ] }""",
            ["boxes[0]", "boxes[1]"]
        },
        { """{ "models": [ { "model": "embedded" }, { "model": "embedded_2" } ], "boxes": [ { "x": 451, "y": 0, "width": 9, "height": 9 } ] }""", ["boxes[0]"] },
    };

    [Theory, MemberData(nameof(BadRequests))]
    public async Task CompareModels_BadField_IsInvalidAndNamed(string request, string[] fields)
    {
        var fault = await FailAsync(Google.Protobuf.JsonParser.Default.Parse<CompareModelsRequest>(request));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(fields, fault.Fields());
    }

    /// <summary>What fits an answer is refused later, for a photo that breaks off.</summary>
    [Theory]
    [InlineData(4, "image.encoded")]
    [InlineData(5, "outputs")]
    public async Task CompareModels_AllMapsTogether_AreBounded(int pictures, string field)
    {
        var request = new CompareModelsRequest
        {
            Image = Photos.GreyBrokenOff(4000, 3000),
            Models = { Choice(ModelFolders.Cropped), Choice(ModelFolders.Whole) },
            Outputs = { Enumerable.Repeat(new MapOutput { Overlay = new OverlayOutput() }, pictures) },
        };

        var fault = await Assert.ThrowsAsync<RpcException>(
            async () => await models.Server.Comparison.CompareModelsAsync(request, cancellationToken: Cancellation));

        Assert.Equal((StatusCode.InvalidArgument, field), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    [Fact]
    public async Task CompareModels_UnknownModel_IsNotFoundAndListsTheKnown()
    {
        var fault = await FailAsync(new CompareModelsRequest { Models = { Choice(ModelFolders.Cropped), Choice("resnet") } });

        Assert.Equal((StatusCode.NotFound, "models[1].model"), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains(ModelFolders.Whole, fault.Status.Detail, StringComparison.Ordinal);
    }

    /// <returns>[1, 3, 224, 224], as the embedded model takes the cat.</returns>
    private static Tensor CatInput()
    {
        using var photo = ImageDecoder.Decode(Photos.Cat, new ImageLimits());
        var halves = new[] { 0.5, 0.5, 0.5 };
        using var input = new Preprocessor(new PreprocessingSpec(256, 224, 224, Imaging.Preprocessing.Interpolation.Bicubic, halves, halves)).Prepare(photo);
        return tensor(input.Values.ToArray()).reshape(1, 224, 224, 3).permute(0, 3, 1, 2);
    }

    private static ModelChoice Choice(string model, string layer = "") => new() { Model = model, Layer = layer };

    private async Task<RpcException> FailAsync(CompareModelsRequest request) => await Assert.ThrowsAsync<RpcException>(() => CompareAsync(request));

    private async Task<CompareModelsResponse> CompareAsync(CompareModelsRequest request)
    {
        request.Image = Photos.CatImage;
        return await models.Server.Comparison.CompareModelsAsync(request, cancellationToken: Cancellation);
    }
}
