using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>ComparisonService.CompareClasses.</summary>
public sealed class CompareClassesTests(RunningServer server)
{
    private const int Goldfish = 1;

    public static TheoryData<string> CheapMethods =>
        ["grad_cam", "grad_cam_plus_plus", "xgrad_cam", "layer_cam", "hires_cam", "eigen_cam", "eigen_grad_cam", "cam", "saliency", "guided_backpropagation"];

    /// <summary>Explain gives the same maps one by one; the contrast is the difference of the two, before the ReLU.</summary>
    [Fact]
    public async Task CompareClasses_WrongClassFound_MapsAreThoseOfExplain()
    {
        var found = await FoundAsync();
        var outputs = new[] { Raw(MapValues.Rectified), Raw(MapValues.Signed) };

        var compared = await CompareAsync(new CompareClassesRequest
        {
            Image = Photos.CatImage,
            TrueClass = new ClassReference { Label = "goldfish" },
            Outputs = { outputs },
        });
        var explained = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            PredictionTopK = 1000,
            Targets =
            {
                new ClassTarget { ClassIndex = found },
                new ClassTarget { ClassIndex = Goldfish },
                new ClassTarget { ClassIndex = found, Contrast = new ClassReference { ClassIndex = Goldfish } },
            },
            Outputs = { outputs },
        });

        Assert.False(compared.Correct);
        Assert.Equal(found, compared.Prediction.Classes[0].ClassIndex);
        Assert.Equal(5, compared.Prediction.Classes.Count);
        var all = explained.Prediction.Classes.Select(score => score.ClassIndex).ToList();
        Assert.Equal(all.IndexOf(Goldfish) + 1, compared.TrueClass.Rank);
        Assert.Equal(explained.Prediction.Classes[compared.TrueClass.Rank - 1].Logit, compared.TrueClass.Score.Logit, 1e-4);
        SaliencyMap[] maps = [compared.PredictedMap, compared.TrueMap, compared.ContrastMap];
        for (var i = 0; i < maps.Length; i++)
        {
            var expected = explained.Maps[i];
            Assert.Equal(expected.Provenance.Score.ExplainedClass, maps[i].Provenance.Score.ExplainedClass);
            Assert.Equal(expected.Provenance.Score.Contrast, maps[i].Provenance.Score.Contrast);
            Assert.Equal(0, maps[i].TargetIndex);
            for (var form = 0; form < outputs.Length; form++)
                AssertClose(expected.Outputs[form].Raw.Floats(), maps[i].Outputs[form].Raw.Floats());
        }
        Assert.InRange(compared.RankCorrelation, -1, 1);
        AssertClose(
            [.. Signed(compared.PredictedMap).Zip(Signed(compared.TrueMap), (first, second) => first - second)], Signed(compared.ContrastMap));
    }

    [Theory, MemberData(nameof(CheapMethods))]
    public async Task CompareClasses_RightClassFound_HasItsMapAlone(string method)
    {
        var found = await FoundAsync();

        var compared = await CompareAsync(new CompareClassesRequest
        {
            Image = Photos.CatImage,
            TrueClass = new ClassReference { ClassIndex = found },
            Method = Method(method),
        });

        Assert.True(compared.Correct);
        Assert.Equal((found, 1), (compared.TrueClass.Score.ClassIndex, compared.TrueClass.Rank));
        Assert.False(compared.PredictedMap.AllZero);
        Assert.Null(compared.TrueMap);
        Assert.Null(compared.ContrastMap);
        Assert.False(compared.HasRankCorrelation);
    }

    /// <summary>Eigen-CAM asks no score: the maps are one, and order everything alike.</summary>
    [Fact]
    public async Task CompareClasses_MethodThatAsksNoScore_RankCorrelationIsOne()
    {
        var compared = await CompareAsync(new CompareClassesRequest
        {
            Image = Photos.CatImage,
            TrueClass = new ClassReference { ClassIndex = Goldfish },
            Layer = "blocks.4.2",
            Method = Method("eigen_cam"),
        });

        Assert.Equal(1, compared.RankCorrelation, 1e-12);
        Assert.Equal("blocks.4.2", compared.TrueMap.Provenance.Layers.Single());
    }

    [Fact]
    public async Task CompareClasses_EverythingIsWrong_NamesEveryField()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => CompareAsync(new CompareClassesRequest
        {
            TrueClass = new ClassReference { ClassIndex = 1000 },
            Layer = "block",
            Method = new ExplanationMethod(),
            Outputs = { new MapOutput() },
        }));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["image", "layer", "method", "outputs[0]", "true_class.class_index"], fault.Fields().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CompareClasses_NoTrueClass_IsInvalid()
    {
        foreach (var reference in new[] { null, new ClassReference() })
        {
            var fault = await Assert.ThrowsAsync<RpcException>(() => CompareAsync(new CompareClassesRequest { Image = Photos.CatImage, TrueClass = reference }));
            Assert.Equal((StatusCode.InvalidArgument, "true_class"), (fault.StatusCode, Assert.Single(fault.Fields())));
        }
    }

    [Fact]
    public async Task CompareClasses_UnknownNames_AreNotFound()
    {
        var label = await Assert.ThrowsAsync<RpcException>(() => CompareAsync(
            new CompareClassesRequest { Image = Photos.CatImage, TrueClass = new ClassReference { Label = "goldfisch" } }));
        var model = await Assert.ThrowsAsync<RpcException>(() => CompareAsync(
            new CompareClassesRequest { Image = Photos.CatImage, Model = "resnet", TrueClass = new ClassReference { ClassIndex = 1 } }));

        Assert.Equal((StatusCode.NotFound, "true_class.label"), (label.StatusCode, Assert.Single(label.Fields())));
        Assert.Contains("goldfish", label.Status.Detail, StringComparison.Ordinal);
        Assert.Equal((StatusCode.NotFound, "model"), (model.StatusCode, Assert.Single(model.Fields())));
    }

    [Fact]
    public async Task CompareClasses_MethodThatTheLayerCannotHave_IsInvalid()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => CompareAsync(new CompareClassesRequest
        {
            Image = Photos.CatImage,
            TrueClass = new ClassReference { ClassIndex = 1 },
            Layer = "blocks.4.2",
            Method = Method("cam"),
        }));

        Assert.Equal((StatusCode.InvalidArgument, "method"), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    /// <summary>Three maps share an answer. What fits it is refused later, for a photo that breaks off.</summary>
    [Theory]
    [InlineData("""{ "overlay": {} }""", 3, 4000, 2700, "image.encoded")]
    [InlineData("""{ "overlay": {} }""", 3, 4000, 2800, "outputs")]
    [InlineData("""{ "raw": { "grid": "MAP_GRID_IMAGE" } }""", 1, 4000, 1390, "image.encoded")]
    [InlineData("""{ "raw": { "grid": "MAP_GRID_IMAGE" } }""", 1, 4000, 1400, "outputs")]
    public async Task CompareClasses_AllMapsTogether_AreBounded(string form, int count, int width, int height, string field)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => CompareAsync(new CompareClassesRequest
        {
            Image = Photos.GreyBrokenOff(width, height),
            TrueClass = new ClassReference { ClassIndex = Goldfish },
            Outputs = { Enumerable.Repeat(Google.Protobuf.JsonParser.Default.Parse<MapOutput>(form), count) },
        }));

        Assert.Equal((StatusCode.InvalidArgument, field), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    private static ExplanationMethod Method(string name) => Google.Protobuf.JsonParser.Default.Parse<ExplanationMethod>($$"""{ "{{name}}": {} }""");

    private static MapOutput Raw(MapValues values) => new() { Raw = new RawMapOutput { Values = values } };

    private static float[] Signed(SaliencyMap map) => map.Outputs[1].Raw.Floats();

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * scale));
    }

    private async Task<int> FoundAsync()
    {
        var answer = await server.Classification.ClassifyAsync(
            new ClassifyRequest { Image = Photos.CatImage }, cancellationToken: TestContext.Current.CancellationToken);
        return answer.Prediction.Classes[0].ClassIndex;
    }

    private async Task<CompareClassesResponse> CompareAsync(CompareClassesRequest request) =>
        await server.Comparison.CompareClassesAsync(request, cancellationToken: TestContext.Current.CancellationToken);
}
