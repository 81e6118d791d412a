using Google.Protobuf;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

public sealed class BadInputTests(RunningServer server)
{
    private static readonly Dictionary<string, byte[]> BadFiles = new(StringComparer.Ordinal)
    {
        ["empty"] = [],
        ["truncated"] = Photos.Cat[..(Photos.Cat.Length / 2)],
        ["truncated JPEG"] = Photos.Grey(300, 200)[..400],
        ["no image"] = "To whom it may concern"u8.ToArray(),
        ["one pixel"] = Photos.Grey(1, 1),
        ["a header of 30,000 x 30,000 pixels"] = Photos.PngHeader(30_000, 30_000),
        ["a header of 2,000,000,000 x 2,000,000,000 pixels"] = Photos.PngHeader(2_000_000_000, 2_000_000_000),
        ["a header without pixels"] = Photos.PngHeader(300, 300),
    };

    public static TheoryData<string> BadFileNames => [.. BadFiles.Keys];

    [Theory, MemberData(nameof(BadFileNames))]
    public async Task Explain_BadFile_IsInvalidAndNamesTheImage(string name)
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Encoded = ByteString.CopyFrom(BadFiles[name]) },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["image.encoded"], fault.Fields());
        Assert.Contains("image", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_UnknownDecoding_IsInvalidAndNamesTheField()
    {
        var image = Photos.CatImage;
        image.Decoding = (ImageDecoding)7;

        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = image });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["image.decoding"], fault.Fields());
    }

    [Theory]
    [InlineData(8, 8, 191)]
    [InlineData(8, 8, 193)]
    [InlineData(8, 8, 0)]
    public async Task Explain_RawImageOfWrongLength_IsInvalidAndSaysTheRightOne(int width, int height, int length)
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Raw = new RawImage { Width = width, Height = height, Rgb = ByteString.CopyFrom(new byte[length]) } },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["image.raw.rgb"], fault.Fields());
        Assert.Contains("192", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(-8, -8)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task Explain_RawImageOfImpossibleSize_IsInvalid(int width, int height)
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Raw = new RawImage { Width = width, Height = height, Rgb = ByteString.CopyFrom(new byte[3]) } },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["image.raw"], fault.Fields());
    }

    [Fact]
    public async Task Explain_NoImage_IsInvalid()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest());

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["image"], fault.Fields());
    }

    [Fact]
    public async Task Explain_MessageOfTwentyMegabytes_IsRefusedAndTheNextOneServed()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Encoded = ByteString.CopyFrom(new byte[20_000_000]) },
        });

        Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
        var next = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        Assert.Single(next.Maps);
    }

    [Fact]
    public async Task Explain_UnknownModel_IsNotFoundAndListsTheKnown()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, Model = "resnet" });

        Assert.Equal(StatusCode.NotFound, fault.StatusCode);
        Assert.Equal(["model"], fault.Fields());
        Assert.Contains("embedded", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_UnknownLayer_IsNotFoundAndNamesNearOnes()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, Layers = { "block.3.0" } });

        Assert.Equal(StatusCode.NotFound, fault.StatusCode);
        Assert.Equal(["layers[0]"], fault.Fields());
        Assert.Contains("blocks.3.0", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_UnknownLabel_IsNotFoundAndNamesNearOnes()
    {
        var fault = await FailOnTargets(new ClassTarget { Label = "bull mastif dog" });

        Assert.Equal(StatusCode.NotFound, fault.StatusCode);
        Assert.Equal(["targets[0].label"], fault.Fields());
        Assert.Contains("bull mastiff", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_AmbiguousLabel_IsInvalidAndListsTheCandidates()
    {
        var fault = await FailOnTargets(new ClassTarget { Label = "tiger " }, new ClassTarget { Label = "Bull" });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["targets[1].label"], fault.Fields());
        Assert.Contains("bull mastiff (243)", fault.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("bullfrog", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_WordOfSeveralLabels_NamesThoseThatAreSuchAThingFirst()
    {
        var fault = await FailOnTargets(new ClassTarget { Label = "cat" });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Contains(
            "'cat' may mean tabby, tabby cat (281); tiger cat (282); Persian cat (283); Siamese cat, Siamese (284); Egyptian cat (285)",
            fault.Status.Detail,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", StatusCode.InvalidArgument, "a label is needed, such as 'tench")]
    [InlineData("  ", StatusCode.InvalidArgument, "a label is needed")]
    [InlineData("281", StatusCode.NotFound, "an index goes into class_index")]
    [InlineData("mastiff", StatusCode.NotFound, "close to it: bull mastiff (243); Tibetan mastiff (244)")]
    public async Task Explain_LabelThatIsNone_SaysWhatIsNeeded(string label, StatusCode status, string expected)
    {
        var fault = await FailOnTargets(new ClassTarget { Label = label });

        Assert.Equal((status, "targets[0].label"), (fault.StatusCode, fault.Fields().Single()));
        Assert.Contains(expected, fault.Status.Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string> BadTargets => [.. Targets.Keys];

    private static readonly Dictionary<string, ClassTarget> Targets = new(StringComparer.Ordinal)
    {
        ["index 1000"] = new() { ClassIndex = 1000 },
        ["index -1"] = new() { ClassIndex = -1 },
        ["k = 0"] = new() { TopK = 0 },
        ["k = 5000"] = new() { TopK = 5000 },
        ["nothing"] = new(),
        ["unknown kind of score"] = new() { ClassIndex = 1, ScoreKind = (ScoreKind)77 },
        ["contrast with itself"] = new() { ClassIndex = 1, Contrast = new ClassReference { ClassIndex = 1 } },
        ["contrast with index 1000"] = new() { ClassIndex = 1, Contrast = new ClassReference { ClassIndex = 1000 } },
        ["contrast with nothing"] = new() { ClassIndex = 1, Contrast = new ClassReference() },
        ["contrast of the best"] = new() { TopK = 2, Contrast = new ClassReference { ClassIndex = 1 } },
        ["contrast of a probability"] = new()
        {
            ClassIndex = 1,
            ScoreKind = ScoreKind.Probability,
            Contrast = new ClassReference { ClassIndex = 2 },
        },
    };

    [Theory, MemberData(nameof(BadTargets))]
    public async Task Explain_BadTarget_IsInvalidAndNamesIt(string name)
    {
        var fault = await FailOnTargets(new ClassTarget { ClassIndex = 1 }, Targets[name]);

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.StartsWith("targets[1]", Assert.Single(fault.Fields()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(5000)]
    public async Task Explain_BadTopK_IsInvalid(int topK)
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, PredictionTopK = topK });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["prediction_top_k"], fault.Fields());
    }

    [Fact]
    public async Task Explain_MoreThan64Maps_IsInvalid()
    {
        var fault = await FailOnTargets(new ClassTarget { TopK = 64 }, new ClassTarget { ClassIndex = 1 });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["targets"], fault.Fields());
    }

    [Fact]
    public async Task Explain_EveryFieldWrong_AllAreNamedAtOnceInTheirOrder()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Methods = { new ExplanationMethod() },
            Layers = { "nowhere", "bn2", "bn2" },
            Targets = { new ClassTarget { ClassIndex = 1000 } },
            Outputs =
            {
                new MapOutput { Overlay = new OverlayOutput { Opacity = double.NaN, ColorMap = (ColorMap)77 } },
                new MapOutput(),
            },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(
            [
                "targets[0].class_index", "layers[0]", "layers[2]", "methods[0]", "outputs[0].overlay.color_map",
                "outputs[0].overlay.opacity", "outputs[1]",
            ],
            fault.Fields());
    }

    [Fact]
    public async Task Explain_UnknownEnumValues_AreInvalid()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Outputs =
            {
                new MapOutput { HeatMap = new HeatMapOutput { Encoding = new ImageEncoding { Quality = 101, Format = (ImageFormat)9 } } },
                new MapOutput { Raw = new RawMapOutput { Grid = (MapGrid)9, Values = (MapValues)9 } },
            },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(
            [
                "outputs[0].heat_map.encoding.quality", "outputs[0].heat_map.encoding.format", "outputs[1].raw.grid", "outputs[1].raw.values",
            ],
            fault.Fields());
    }

    [Fact]
    public async Task Explain_MethodsThatCannotBe_AreInvalidAndSayWhy()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Layers = { "blocks.4.2" },
            Methods =
            {
                new ExplanationMethod { Cam = new Cam() },
                new ExplanationMethod { IntegratedGradients = new IntegratedGradients { StepCount = 0 } },
                new ExplanationMethod { SmoothGrad = new SmoothGrad { SampleCount = 1001, NoiseShare = double.NaN } },
                new ExplanationMethod { Occlusion = new Occlusion { PatchSize = 16, Stride = 17 } },
                new ExplanationMethod(),
            },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(
            [
                "methods[0]", "methods[1].integrated_gradients.step_count", "methods[2].smooth_grad.sample_count",
                "methods[2].smooth_grad.noise_share", "methods[3].occlusion.stride", "methods[4]",
            ],
            fault.Fields());
        Assert.Contains("needs a layer that only a global average pooling", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task Explain_BadOpacity_IsInvalid(double opacity)
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Outputs = { new MapOutput { Overlay = new OverlayOutput { Opacity = opacity } } },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["outputs[0].overlay.opacity"], fault.Fields());
    }

    [Fact]
    public async Task Explain_WebpOfATooWidePhoto_IsInvalid()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Encoded = ByteString.CopyFrom(Photos.Grey(16_384, 8)) },
            Outputs =
            {
                new MapOutput { Raw = new RawMapOutput() },
                new MapOutput { Overlay = new OverlayOutput { Encoding = new ImageEncoding { Format = ImageFormat.Webp } } },
            },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["outputs[1]"], fault.Fields());
    }

    [Fact]
    public async Task Explain_SixtyFourAmbiguousLabels_IsAnErrorThatFitsItsTrailers()
    {
        var fault = await FailOnTargets([.. Enumerable.Repeat(new ClassTarget { Label = "b" }, 64)]);

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(8, fault.Fields().Length);
        Assert.Contains("56 further faults", fault.Status.Detail, StringComparison.Ordinal);
        Assert.InRange(fault.Trailers.Sum(trailer => trailer.IsBinary ? trailer.ValueBytes.Length * 4 / 3 : trailer.Value.Length), 0, 8000);
    }

    [Fact]
    public async Task Explain_NineOutputs_IsInvalid()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Outputs = { Enumerable.Repeat(new MapOutput { Raw = new RawMapOutput() }, 9) },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["outputs"], fault.Fields());
    }

    [Fact]
    public async Task Explain_RawMapsThatFitNoMessage_AreInvalid()
    {
        var onPhoto = new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } };

        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Encoded = ByteString.CopyFrom(Photos.Grey(4000, 3000)) },
            Outputs = { Enumerable.Repeat(onPhoto, 8) },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["outputs"], fault.Fields());
    }

    /// <summary>Four bytes a pixel fit; were a value for each colour counted, they would not.</summary>
    [Fact]
    public async Task Explain_SignedMapOfOneChannelThatFits_IsAnswered()
    {
        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Encoded = ByteString.CopyFrom(Photos.Grey(4000, 3000)) },
            Methods = { new ExplanationMethod { Occlusion = new Occlusion { PatchSize = 112, Stride = 112 } } },
            Outputs = { new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image, Values = MapValues.Signed } } },
        });

        var raw = Assert.Single(Assert.Single(answer.Maps).Outputs).Raw;
        Assert.Equal((1, 4 * 4000 * 3000), (raw.ChannelCount, raw.Data.Length));
    }

    [Fact]
    public async Task Explain_SignedMapOfThreeColoursThatDoesNotFit_IsInvalid()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = new Image { Encoded = ByteString.CopyFrom(Photos.Grey(4000, 3000)) },
            Methods = { new ExplanationMethod { GradCam = new GradCam() }, new ExplanationMethod { Saliency = new Saliency() } },
            Outputs = { new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image, Values = MapValues.Signed } } },
        });

        Assert.Equal((StatusCode.InvalidArgument, "outputs"), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    [Fact]
    public async Task Explain_OneBadAmong63GoodOnes_HarmsNobodyElse()
    {
        var alone = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        var expected = alone.Maps[0].Outputs[0].Raw.Floats();
        var tolerance = 1e-4f * expected.Max();
        var truncated = new ClassificationServiceExplainRequest { Image = new Image { Encoded = ByteString.CopyFrom(BadFiles["truncated"]) } };

        var bad = server.FailAsync(truncated);
        var good = await Task.WhenAll(Enumerable.Range(0, 63).Select(i => server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { ClassIndex = i } },
            Layers = { i % 2 == 0 ? "bn2" : "blocks.5.0" },
        })));

        Assert.Equal(StatusCode.InvalidArgument, (await bad).StatusCode);
        Assert.Equal(Enumerable.Range(0, 63), good.Select(answer => answer.Maps.Single().Provenance.Score.ExplainedClass.ClassIndex));
        Assert.All(good, answer => Assert.Equal(alone.Prediction.Classes[0].ClassIndex, answer.Prediction.Classes[0].ClassIndex));
        var again = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        Assert.All(expected.Zip(again.Maps[0].Outputs[0].Raw.Floats()), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));
    }

    /// <summary>A field of 100 bytes that ends after two, groups without an end, and a text that is a number: of calls that read one message, and of one that streams.</summary>
    [Theory]
    [InlineData("Classify", new byte[] { 0x0a, 100, 1, 2 })]
    [InlineData("Classify", new byte[] { 0x0b, 0x0b, 0x0b })]
    [InlineData("Explain", new byte[] { 0x12, 3, 0x0a, 100, 1 })]
    [InlineData("ExplainStream", new byte[] { 0x0a, 100, 1, 2 })]
    public async Task Any_BytesAreNoMessage_IsInvalidAndSaysSo(string name, byte[] message)
    {
        var asIs = new Marshaller<byte[]>(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, ClassificationService.Descriptor.FullName, name, asIs, asIs);
        using var call = server.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, new CallOptions());
        await call.RequestStream.WriteAsync(message, TestContext.Current.CancellationToken);
        await call.RequestStream.CompleteAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.StartsWith("the bytes are not the message that this call takes: ", fault.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("INVALID_REQUEST", fault.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
    }

    [Theory]
    [InlineData("etc", StatusCode.NotFound)]
    [InlineData("../etc", StatusCode.InvalidArgument)]
    public async Task GetModel_UnknownName_IsNotFoundAndInvalidWhereItCanBeNone(string name, StatusCode status)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await server.Models.GetModelAsync(
            new GetModelRequest { Name = name }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(status, fault.StatusCode);
        Assert.Equal(["name"], fault.Fields());
    }

    private Task<RpcException> FailOnTargets(params ClassTarget[] targets) =>
        server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, Targets = { targets } });
}
