using System.Security.Cryptography;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

public sealed class ExplainTests(RunningServer server)
{
    private const int TigerCat = 282;

    [Fact]
    public async Task Explain_NothingChosen_PredictionComesFirstThenTheMapOfTheBestClass()
    {
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });

        Assert.Equal(2, answer.Messages.Count);
        Assert.Equal(ClassificationServiceExplainResponse.EventOneofCase.Prediction, answer.Messages[0].EventCase);
        Assert.Equal(5, answer.Prediction.Classes.Count);
        Assert.Equal(answer.Prediction.Classes[0].ClassIndex, answer.Maps[0].Provenance.Score.ExplainedClass.ClassIndex);
        Assert.Equal(answer.Prediction.Classes[0].Logit, answer.Maps[0].Provenance.Score.Value, 1e-4);
        var raw = Assert.Single(answer.Maps[0].Outputs).Raw;
        Assert.Equal((7, 7, 7 * 7 * 4), (raw.Size.Width, raw.Size.Height, raw.Data.Length));
        Assert.All(raw.Floats(), value => Assert.True(value >= 0));
    }

    /// <summary>The cat four times as large: 1,804 x 1,200. Decoded to 3/8 of that, for the model resizes it to 384 x 256.</summary>
    [Fact]
    public async Task Explain_LargePhotoDecodedFast_IsNearlyTheSameInPixelsOfTheWholePhoto()
    {
        var file = ByteString.CopyFrom(Photos.CatEnlarged(4));
        Task<Calls.Answer> Ask(ImageDecoding decoding, params MapOutput[] outputs) => server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Encoded = file, Decoding = decoding },
            Targets = { new ClassTarget { ClassIndex = TigerCat } },
            Outputs = { outputs },
        });

        var exact = await Ask(ImageDecoding.Exact);
        var fast = await Ask(ImageDecoding.Fast);
        var drawn = await Ask(ImageDecoding.Fast, new MapOutput { Overlay = new OverlayOutput() });

        Assert.Equal((1804, 1200), (fast.Prediction.ImageSize.Width, fast.Prediction.ImageSize.Height));
        Assert.Equal(exact.Prediction.Crop, fast.Prediction.Crop);
        var (first, second) = (exact.Maps[0].Provenance.Score.Value, fast.Maps[0].Provenance.Score.Value);
        Assert.InRange(Math.Abs(first - second), 1e-6, 0.5);
        Assert.Equal(first, drawn.Maps[0].Provenance.Score.Value, 1e-4);
    }

    [Fact]
    public async Task Explain_Cat_IsACatAndTheHeatIsOnItsHead()
    {
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Outputs = { new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } } },
        });

        Assert.Contains("cat", answer.Prediction.Classes[0].Label, StringComparison.OrdinalIgnoreCase);
        var raw = answer.Maps[0].Outputs[0].Raw;
        Assert.Equal((451, 300), (raw.Size.Width, raw.Size.Height));
        var values = raw.Floats();
        var hottest = Array.IndexOf(values, values.Max());
        Assert.InRange(hottest % 451, 100, 330);
        Assert.InRange(hottest / 451, 20, 200);
    }

    [Fact]
    public async Task Explain_SeveralTargets_MapsComeInTheirOrder()
    {
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            PredictionTopK = 3,
            Targets =
            {
                new ClassTarget { ClassIndex = 7 }, new ClassTarget { TopK = 3 }, new ClassTarget { Label = "Tiger Cat" },
            },
        });

        var best = answer.Prediction.Classes.Select(found => found.ClassIndex).ToArray();
        Assert.Equal(3, best.Length);
        Assert.Equal([7, .. best, TigerCat], answer.Maps.Select(map => map.Provenance.Score.ExplainedClass.ClassIndex));
        Assert.Equal([0, 1, 1, 1, 2], answer.Maps.Select(map => map.TargetIndex));
    }

    [Fact]
    public async Task Explain_SeveralLayers_EachIsWhatItIsAlone()
    {
        var targets = new[] { new ClassTarget { ClassIndex = TigerCat }, new ClassTarget { ClassIndex = 7 } };
        var together = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Layers = { "bn2", "blocks.2.1", "blocks.4.2" },
            Targets = { targets },
        });

        Assert.Equal(6, together.Maps.Count);
        foreach (var layer in new[] { "bn2", "blocks.2.1", "blocks.4.2" })
        {
            var alone = await server.ExplainAsync(new ClassificationServiceExplainRequest
            {
                Image = Photos.CatImage,
                Layers = { layer },
                Targets = { targets },
            });
            var ours = together.Maps.Where(map => map.Provenance.Layers.SequenceEqual([layer])).ToArray();
            Assert.Equal([TigerCat, 7], ours.Select(map => map.Provenance.Score.ExplainedClass.ClassIndex));
            for (var i = 0; i < 2; i++)
            {
                var expected = alone.Maps[i].Outputs[0].Raw.Floats();
                var worst = expected.Zip(ours[i].Outputs[0].Raw.Floats(), (one, other) => Math.Abs(one - other)).Max();

                // Alone, the last layer's map comes from the folded network, whose last digits differ.
                Assert.InRange(worst, 0, 1e-4 * expected.Max() + 1e-9);
            }
        }
    }

    public static TheoryData<string> Methods => [.. ExplanationMethod.Descriptor.Oneofs[0].Fields.Select(method => method.Name)];

    /// <summary>Every method that the API names, at two targets and layers; those on pixels have one map for both layers.</summary>
    [Theory, MemberData(nameof(Methods))]
    public async Task Explain_EveryMethod_HasItsMapOfEachTargetAndLayer(string name)
    {
        // CAM can be had in front of the pooling alone.
        var other = name == "grad_cam" ? "layer_cam" : "grad_cam";
        string[] layers = name == "cam" ? ["bn2"] : ["blocks.6.0", "blocks.4.2"];

        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { TopK = 2 } },
            Layers = { layers },
            Methods = { Method(name), Method(other) },
        });

        var maps = answer.Maps.Where(map => NameOf(map.Provenance.Method) == name).ToArray();
        var isOnPixels = maps.All(map => map.Provenance.Layers.Count == 0);
        Assert.Equal(2 * (isOnPixels ? 1 : layers.Length), maps.Length);
        Assert.Equal(maps.Length, maps.Select(map => (string.Join(" ", map.Provenance.Layers), map.Provenance.Score.ExplainedClass.ClassIndex)).Distinct().Count());
        Assert.All(maps, map => Assert.False(map.AllZero));
        if (isOnPixels)
            Assert.All(maps, map => Assert.Equal(map.Provenance.InputSize, map.Provenance.NativeSize));
        var others = answer.Maps.Where(map => NameOf(map.Provenance.Method) == other).Select(map => map.Outputs[0].Raw.Data).ToArray();
        Assert.Equal(2 * layers.Length, others.Length);
        Assert.All(maps, map => Assert.DoesNotContain(map.Outputs[0].Raw.Data, others));
    }

    /// <summary>A colour of a pixel each: three planes before the ReLU, the largest magnitude of the three after it.</summary>
    [Fact]
    public async Task Explain_MethodOnPixels_HasThreeSignedPlanes()
    {
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Methods = { new ExplanationMethod { Saliency = new Saliency() } },
            Outputs =
            {
                new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } },
                new MapOutput { Raw = new RawMapOutput() },
                new MapOutput { Overlay = new OverlayOutput() },
            },
        });

        var outputs = Assert.Single(answer.Maps).Outputs;
        Assert.Equal((3, 1), (outputs[0].Raw.ChannelCount, outputs[1].Raw.ChannelCount));
        var (signed, heat) = (outputs[0].Raw.Floats(), outputs[1].Raw.Floats());
        Assert.Equal((3 * 224 * 224, 224 * 224), (signed.Length, heat.Length));
        Assert.Contains(signed, value => value < 0);
        for (var i = 0; i < heat.Length; i++)
            Assert.Equal(Enumerable.Range(0, 3).Max(channel => Math.Abs(signed[channel * heat.Length + i])), heat[i]);
        Assert.Equal(new PixelSize { Width = 451, Height = 300 }, outputs[2].Image.Size);
    }

    [Fact]
    public async Task Explain_MethodWithParameters_SaysWhichItUsed()
    {
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Methods =
            {
                new ExplanationMethod { IntegratedGradients = new IntegratedGradients { StepCount = 2 } },
                new ExplanationMethod { SmoothGrad = new SmoothGrad { SampleCount = 3, NoiseShare = 0.1, Seed = 5 } },
                new ExplanationMethod { Occlusion = new Occlusion { PatchSize = 100 } },
            },
        });

        Assert.Equal(
            [
                new ExplanationMethod { IntegratedGradients = new IntegratedGradients { StepCount = 2 } },
                new ExplanationMethod { SmoothGrad = new SmoothGrad { SampleCount = 3, NoiseShare = 0.1, Seed = 5 } },
                new ExplanationMethod { Occlusion = new Occlusion { PatchSize = 100, Stride = 50 } },
            ],
            answer.Maps.Select(map => map.Provenance.Method));
    }

    /// <summary>By linearity: the contrast's map is the difference of the two classes', the counterfactual's the negated one.</summary>
    [Fact]
    public async Task Explain_ScoresOfOtherKinds_HaveTheirValuesAndMaps()
    {
        const int Egyptian = 285;
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets =
            {
                new ClassTarget { ClassIndex = TigerCat },
                new ClassTarget { ClassIndex = Egyptian },
                new ClassTarget { ClassIndex = TigerCat, Contrast = new ClassReference { Label = "Egyptian cat" } },
                new ClassTarget { ClassIndex = TigerCat, ScoreKind = ScoreKind.Counterfactual },
                new ClassTarget { ClassIndex = TigerCat, ScoreKind = ScoreKind.Probability },
                new ClassTarget { TopK = 1, ScoreKind = ScoreKind.LogProbability },
            },
            Outputs = { new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } } },
        });

        var best = answer.Prediction.Classes[0];
        var scores = answer.Maps.Select(map => map.Provenance.Score).ToArray();
        Assert.Equal(best.Logit - answer.Prediction.Classes[1].Logit, scores[2].Value, 1e-4);
        Assert.Equal(Egyptian, scores[2].Contrast.ClassIndex);
        Assert.Null(scores[0].Contrast);
        Assert.Equal(-best.Logit, scores[3].Value, 1e-4);
        Assert.Equal(best.Probability, scores[4].Value, 1e-5);
        Assert.Equal(Math.Log(best.Probability), scores[5].Value, 1e-5);
        Assert.Equal(
            [ScoreKind.Logit, ScoreKind.Logit, ScoreKind.Logit, ScoreKind.Counterfactual, ScoreKind.Probability, ScoreKind.LogProbability],
            scores.Select(score => score.Kind));

        var maps = answer.Maps.Select(map => map.Outputs[0].Raw.Floats()).ToArray();
        for (var i = 0; i < maps[0].Length; i++)
        {
            Assert.Equal(maps[0][i] - maps[1][i], maps[2][i], 1e-4f);
            Assert.Equal(-maps[0][i], maps[3][i], 1e-5f);

            // d log p = dp / p.
            Assert.Equal(maps[4][i] / (float)best.Probability, maps[5][i], 1e-3f);
        }
    }

    [Fact]
    public async Task Explain_SeveralOutputs_ComeInTheirOrderAndForm()
    {
        var jpeg = new ImageEncoding { Format = ImageFormat.Jpeg, Quality = 80 };
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { Label = "goldfish" } },
            Outputs =
            {
                new MapOutput { Overlay = new OverlayOutput { Opacity = 0 } },
                new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Input, Values = MapValues.Scaled } },
                new MapOutput { HeatMap = new HeatMapOutput { ColorMap = ColorMap.Viridis, Encoding = jpeg } },
                new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } },
            },
        });

        var outputs = answer.Maps[0].Outputs;
        using var overlay = Photos.Decode(outputs[0].Image.Data);
        using var photo = Photos.Decode(ByteString.CopyFrom(Photos.Cat));
        Assert.True(overlay.Bytes.SequenceEqual(photo.Bytes), "at opacity 0 the overlay is the photo");
        Assert.Equal(224 * 224, outputs[1].Raw.Floats().Length);
        Assert.Equal(0, outputs[1].Raw.Floats().Min());
        Assert.Equal(1, outputs[1].Raw.Floats().Max(), 1e-6);
        Assert.Equal(ImageFormat.Jpeg, outputs[2].Image.Format);
        Assert.Equal(new byte[] { 0xff, 0xd8 }, outputs[2].Image.Data.Span[..2].ToArray());
        Assert.Contains(outputs[3].Raw.Floats(), value => value < 0);
    }

    [Fact]
    public async Task Explain_AnyMap_SaysWhereItComesFrom()
    {
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Model = "embedded",
            Image = Photos.CatImage,
            Layers = { "blocks.3.0" },
            Targets = { new ClassTarget { ClassIndex = TigerCat } },
        });

        var map = Assert.Single(answer.Maps);
        var weights = Path.Combine(EmbeddedModel.Path, EmbeddedModel.Read().Manifest.Weights.File);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights))), map.Provenance.WeightsSha256);
        Assert.Equal(("embedded", "blocks.3.0"), (map.Provenance.Model, map.Provenance.Layers.Single()));
        Assert.Equal(ExplanationMethod.MethodOneofCase.GradCam, map.Provenance.Method.MethodCase);
        Assert.Equal(ScoreKind.Logit, map.Provenance.Score.Kind);
        Assert.Equal(14, map.Provenance.NativeSize.Width);
        Assert.Equal(new PixelSize { Width = 451, Height = 300 }, map.Provenance.ImageSize);
        Assert.Equal(new PixelSize { Width = 224, Height = 224 }, map.Provenance.InputSize);

        // The photo's middle square, 224/256 of its shorter side: 262.5 pixels, the borders at whole pixels of the resized photo.
        Assert.Equal(262.5, map.Provenance.Crop.Height, 1e-6);
        Assert.Equal(18.75, map.Provenance.Crop.Y, 1e-6);
        Assert.InRange(map.Provenance.Crop.X, 93, 95);
        Assert.NotNull(map.Timings.BackwardDuration);
        Assert.NotNull(answer.Prediction.Timings.ForwardDuration);
        Assert.True(answer.Prediction.Timings.BatchSize >= 1);
    }

    [Fact]
    public async Task Explain_RawPixels_EqualTheSamePhotoAsAFile()
    {
        using var pixels = Photos.Decode(ByteString.CopyFrom(Photos.Cat));
        byte[] rgb = [.. pixels.Bytes.ToArray().Where((_, i) => i % 4 != 3)];
        var raw = new Image { Raw = new RawImage { Width = 451, Height = 300, Rgb = ByteString.CopyFrom(rgb) } };

        var ofFile = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        var ofPixels = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = raw });

        // The batches may differ in size, and with it the last digits.
        var expected = ofFile.Maps[0].Outputs[0].Raw.Floats();
        var worst = expected.Zip(ofPixels.Maps[0].Outputs[0].Raw.Floats(), (one, other) => Math.Abs(one - other)).Max();
        Assert.InRange(worst, 0, 1e-4 * expected.Max());
        Assert.Equal(ofFile.Prediction.Classes.Select(found => found.Label), ofPixels.Prediction.Classes.Select(found => found.Label));
    }

    [Fact]
    public async Task Classify_Cat_EqualsThePredictionOfExplain()
    {
        var explained = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, PredictionTopK = 1000 });

        var classified = await server.Classification.ClassifyAsync(
            new ClassifyRequest { Image = Photos.CatImage, TopK = 1000 }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(explained.Prediction.Classes[0].Logit, classified.Prediction.Classes[0].Logit, 1e-3);
        Assert.Equal(1000, classified.Prediction.Classes.Count);
        Assert.Equal(1, classified.Prediction.Classes.Sum(found => found.Probability), 1e-9);
        var logits = classified.Prediction.Classes.Select(found => found.Logit).ToArray();
        Assert.Equal(logits.OrderDescending(), logits);
    }

    /// <summary>Early layers, inner convolutions and the last one: a user may ask for any that GetModel lists.</summary>
    [Fact]
    public async Task Explain_EveryLayerThatIsListed_HasAMapOfItsSize()
    {
        var model = (await server.Models.GetModelAsync(new GetModelRequest(), cancellationToken: TestContext.Current.CancellationToken)).Model;
        Assert.True(model.Layers.Count > 50);

        foreach (var layer in model.Layers)
        {
            var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, Layers = { layer.Name } });

            Assert.Equal(layer.Size, answer.Maps[0].Outputs[0].Raw.Size);
        }
    }

    private static ExplanationMethod Method(string name)
    {
        var method = new ExplanationMethod();
        var field = ExplanationMethod.Descriptor.FindFieldByName(name);
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(ByteString.Empty));
        return method;
    }

    private static string NameOf(ExplanationMethod method) => ExplanationMethod.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(method).Name;
}
