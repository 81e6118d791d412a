using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Maps of several layers made into one, and layers that have none.</summary>
public sealed class LayerFusionTests(RunningServer server)
{
    /// <summary>Rows and columns of blocks.2.1, the finest layer.</summary>
    private const int Side = 28;

    private static readonly string[] Layers = ["bn2", "blocks.4.2", "blocks.2.1"];

    /// <summary>The layers' maps come scaled on their own grids here; they are brought to the finest layer's grid and put together by the test.</summary>
    [Theory]
    [InlineData(LayerFusion.Mean)]
    [InlineData(LayerFusion.Maximum)]
    public async Task Explain_Fused_IsOneMapOfTheLayersScaledMaps(LayerFusion fusion)
    {
        var separate = await server.ExplainAsync(Request(LayerFusion.None, new MapOutput { Raw = new RawMapOutput { Values = MapValues.Scaled } }));
        var fused = await server.ExplainAsync(Request(fusion, new MapOutput { Raw = new RawMapOutput() }));

        Assert.Equal(2 * 3, separate.Maps.Count);
        Assert.Equal((2 * 3, 2), (separate.Messages[0].MapCount, fused.Messages[0].MapCount));
        Assert.Equal([282, 285], fused.Maps.Select(map => map.Provenance.Score.ExplainedClass.ClassIndex));
        foreach (var map in fused.Maps)
        {
            Assert.Equal((fusion, new PixelSize { Width = Side, Height = Side }), (map.Provenance.LayerFusion, map.Provenance.NativeSize));
            Assert.Equal(Layers, map.Provenance.Layers);
            Assert.False(map.AllZero);
            var raw = map.Outputs[0].Raw;
            Assert.Equal((Side, Side, Side * Side), (raw.Size.Width, raw.Size.Height, raw.Floats().Length));
            var layers = separate.Maps
                .Where(other => other.Provenance.Score.ExplainedClass.ClassIndex == map.Provenance.Score.ExplainedClass.ClassIndex)
                .Select(other => other.Outputs[0].Raw)
                .ToArray();
            foreach (var (x, y) in new[] { (0, 0), (27, 27), (14, 5), (9, 25), (18, 12) })
            {
                var values = layers.Select(layer => At(layer, x, y)).ToArray();
                Assert.Equal(fusion is LayerFusion.Mean ? values.Average() : values.Max(), raw.Floats()[y * Side + x], 1e-3f);
            }
        }
        Assert.All(separate.Maps, map => Assert.Equal((LayerFusion.None, 1), (map.Provenance.LayerFusion, map.Provenance.Layers.Count)));
    }

    [Fact]
    public async Task Explain_FusedWithMethodsOnPixels_ThoseKeepTheirMapAndEachMethodHasItsOwn()
    {
        var request = Request(LayerFusion.Mean, new MapOutput { Overlay = new OverlayOutput() });
        request.Methods.Add(new ExplanationMethod { LayerCam = new LayerCam() });
        request.Methods.Add(new ExplanationMethod { Saliency = new Saliency() });
        request.Methods.Add(new ExplanationMethod { GradCam = new GradCam() });

        var answer = await server.ExplainAsync(request);

        var maps = answer.Maps.ToLookup(map => map.Provenance.Method.MethodCase, map => map.Provenance);
        Assert.Equal((2 * 3, 2 * 3), (answer.Maps.Count, answer.Messages[0].MapCount));
        Assert.All(maps[ExplanationMethod.MethodOneofCase.Saliency], map => Assert.Equal((LayerFusion.None, 0), (map.LayerFusion, map.Layers.Count)));
        Assert.All(maps[ExplanationMethod.MethodOneofCase.GradCam], map => Assert.Equal(Layers, map.Layers));
        Assert.All(maps[ExplanationMethod.MethodOneofCase.LayerCam], map => Assert.Equal(Layers, map.Layers));
        Assert.All(answer.Maps, map => Assert.Equal(new PixelSize { Width = 451, Height = 300 }, map.Outputs[0].Image.Size));
    }

    /// <summary>Whatever can be made of a map can be made of a fused one; what compares maps compares the fused ones.</summary>
    [Fact]
    public async Task Explain_FusedWithBoxesAndALabelImage_HasThemOnce()
    {
        var request = Request(LayerFusion.Maximum, new MapOutput { Boxes = new BoxesOutput() });
        request.LabelImages.Add(new LabelImageOutput());

        var answer = await server.ExplainAsync(request);

        Assert.Equal(2, answer.Maps.Count);
        Assert.All(answer.Maps, map => Assert.Single(map.Outputs[0].Boxes.Boxes));
        var labelled = Assert.Single(answer.Messages.Select(message => message.LabelImage).OfType<LabelImage>());
        Assert.Equal(Layers, labelled.Provenance.Layers);
        Assert.Equal([282, 285], labelled.Labels.Select(label => label.Score.ExplainedClass.ClassIndex));
    }

    [Theory]
    [InlineData(LayerFusion.Mean, 0)]
    [InlineData(LayerFusion.Maximum, 1)]
    [InlineData((LayerFusion)9, 2)]
    public async Task Explain_NothingToFuseOrUnknownFusion_IsInvalid(LayerFusion fusion, int layers)
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Layers = { Layers.Take(layers) },
            LayerFusion = fusion,
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["layer_fusion"], fault.Fields());
    }

    /// <summary>33 classes at two layers are 66 maps, though 33 would be returned.</summary>
    [Fact]
    public async Task Explain_FusedMapsOfTooManyLayers_CountAsEach()
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Layers = { "bn2", "blocks.4.2" },
            LayerFusion = LayerFusion.Mean,
            Targets = { new ClassTarget { TopK = 33 } },
        });

        Assert.Equal(["targets"], fault.Fields());
    }

    [Theory]
    [InlineData("classifier")]
    [InlineData("global_pool")]
    public async Task Explain_LayerWithoutMaps_IsInvalidAndSaysWhy(string layer)
    {
        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, Layers = { "bn2", layer } });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["layers[1]"], fault.Fields());
        Assert.Contains($"'{layer}' cannot be explained at: its output has no height and width", fault.Status.Detail, StringComparison.Ordinal);
    }

    private static ClassificationServiceExplainRequest Request(LayerFusion fusion, MapOutput output) => new()
    {
        Image = Photos.CatImage,
        Targets = { new ClassTarget { ClassIndex = 282 }, new ClassTarget { ClassIndex = 285 } },
        Layers = { Layers },
        LayerFusion = fusion,
        Outputs = { output },
    };

    /// <summary>A layer's value at a position of the finest layer: bilinear, with half-pixel centres and edges held.</summary>
    private static float At(RawMap layer, int x, int y)
    {
        var (values, width, height) = (layer.Floats(), layer.Size.Width, layer.Size.Height);
        var (column, row) = (Math.Clamp((x + 0.5) / Side * width - 0.5, 0, width - 1), Math.Clamp((y + 0.5) / Side * height - 0.5, 0, height - 1));
        var sum = 0.0;
        for (var j = 0; j < height; j++)
        {
            for (var i = 0; i < width; i++)
                sum += values[j * width + i] * Math.Max(0, 1 - Math.Abs(column - i)) * Math.Max(0, 1 - Math.Abs(row - j));
        }
        return (float)sum;
    }
}
