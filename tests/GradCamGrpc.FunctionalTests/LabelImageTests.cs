using GradCamGrpc.Imaging;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Pictures that compare the maps of several targets.</summary>
public sealed class LabelImageTests(RunningServer server)
{
    private const int TigerCat = 282;
    private const int EgyptianCat = 285;

    private static readonly ClassTarget[] TwoClasses = [new() { ClassIndex = TigerCat }, new() { ClassIndex = EgyptianCat }];

    [Fact]
    public async Task Explain_TwoClasses_BothLabelsAndNoOthersAreInThePicture()
    {
        var answer = await server.ExplainAsync(Question(TwoClasses, new LabelImageOutput()));

        var labelled = Assert.Single(answer.LabelImages);
        Assert.Same(labelled, answer.Messages[^1].LabelImage);
        Assert.Equal((LabelRule.Strongest, 0.15, 0), (labelled.Rule, labelled.Threshold, labelled.OutputIndex));
        Assert.Equal([TigerCat, EgyptianCat], labelled.Labels.Select(label => label.Score.ExplainedClass.ClassIndex));
        Assert.Equal([0, 1], labelled.Labels.Select(label => label.TargetIndex));
        Assert.Equal(answer.Maps.Select(map => map.Provenance.Score), labelled.Labels.Select(label => label.Score));
        Assert.Equal(new PixelSize { Width = 451, Height = 300 }, labelled.Image.Size);
        var labels = Labels(labelled);
        Assert.Equal([0, 1, 2], labels.Distinct().Order());
        Assert.Equal([labels.Count(label => label == 1), labels.Count(label => label == 2)], labelled.Labels.Select(label => label.PixelCount));
        var provenance = answer.Maps[0].Provenance.Clone();
        provenance.Score = null;
        Assert.Equal(provenance, labelled.Provenance);
    }

    /// <summary>Pixel by pixel by the rules' words, from the raw maps of the same answer.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.15)]
    [InlineData(0.5)]
    public async Task Explain_BothRules_LabelAsTheNumbersSay(double threshold)
    {
        var question = Question(
            [.. TwoClasses, new ClassTarget { ClassIndex = 1 }],
            new LabelImageOutput { Threshold = threshold },
            new LabelImageOutput { Rule = LabelRule.SeedCues, Threshold = threshold });
        question.Outputs.Add(new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } });

        var answer = await server.ExplainAsync(question);

        Assert.Equal([0, 1], answer.LabelImages.Select(labelled => labelled.OutputIndex));
        var maps = answer.Maps.Select(map => map.Outputs[0].Raw.Floats()).ToArray();
        var least = maps.Select(map => (float)(threshold * map.Max())).ToArray();
        var (strongest, cues) = (Labels(answer.LabelImages[0]), Labels(answer.LabelImages[1]));
        var ambiguous = 0;
        for (var i = 0; i < strongest.Length; i++)
        {
            bool Marks(int k) => maps[k][i] > 0 && maps[k][i] >= least[k];
            var largest = Enumerable.Range(0, 3).MaxBy(k => maps[k][i]);
            Assert.Equal(Marks(largest) ? largest + 1 : 0, strongest[i]);
            var marking = Enumerable.Range(0, 3).Where(Marks).ToArray();
            Assert.Equal(marking.Length == 1 ? marking[0] + 1 : 0, cues[i]);
            ambiguous += marking.Length > 1 ? 1 : 0;
        }
        Assert.NotEqual(0, ambiguous);
    }

    [Fact]
    public async Task Explain_SeveralLayersAndMethods_HaveTheirLabelImagesAfterAllMaps()
    {
        var question = Question([new ClassTarget { TopK = 3 }], new LabelImageOutput(), new LabelImageOutput { Rule = LabelRule.SeedCues });
        question.Layers.Add(["bn2", "blocks.5.0"]);
        question.Methods.Add([
            new ExplanationMethod { GradCam = new GradCam() }, new ExplanationMethod { LayerCam = new LayerCam() },
            new ExplanationMethod { Saliency = new Saliency() },
        ]);

        var answer = await server.ExplainAsync(question);

        // Two methods at two layers and one on pixels, of three classes.
        Assert.Equal(15, answer.Maps.Count);
        Assert.Equal(10, answer.LabelImages.Count);
        Assert.Equal(answer.LabelImages, answer.Messages.TakeLast(10).Select(message => message.LabelImage));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i % 2), answer.LabelImages.Select(labelled => labelled.OutputIndex));
        Assert.Equal(
            answer.Maps.Select(map => Origin(map.Provenance)).Distinct(),
            answer.LabelImages.Select(labelled => Origin(labelled.Provenance)).Distinct());
        Assert.All(answer.LabelImages, labelled => Assert.Equal(3, labelled.Labels.Count));

        static (string, ExplanationMethod.MethodOneofCase) Origin(MapProvenance provenance) => (string.Join(" ", provenance.Layers), provenance.Method.MethodCase);
    }

    /// <summary>The same map twice: the first of them is the strongest, and no pixel is only one's.</summary>
    [Fact]
    public async Task Explain_SameClassTwice_IsTheFirstsAndNobodysCue()
    {
        var answer = await server.ExplainAsync(Question(
            [TwoClasses[0], TwoClasses[0]], new LabelImageOutput(), new LabelImageOutput { Rule = LabelRule.SeedCues }));

        Assert.Equal([0, 1], Labels(answer.LabelImages[0]).Distinct().Order());
        Assert.Equal([0], Labels(answer.LabelImages[1]).Distinct());
        Assert.Equal([0, 0], answer.LabelImages[1].Labels.Select(label => label.PixelCount));
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public async Task Explain_BadLabelImages_AreInvalidAndNamed(double threshold)
    {
        var fault = await server.FailAsync(Question(
            TwoClasses, new LabelImageOutput(), new LabelImageOutput { Rule = (LabelRule)9, Threshold = threshold }));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["label_images[1].rule", "label_images[1].threshold"], fault.Fields());
    }

    [Fact]
    public async Task Explain_OneMapOrTooManyLabelImages_IsInvalid()
    {
        var nothing = await server.FailAsync(Question([], new LabelImageOutput()));
        var one = await server.FailAsync(Question([TwoClasses[0]], new LabelImageOutput()));
        var many = await server.FailAsync(Question(TwoClasses, [.. Enumerable.Repeat(new LabelImageOutput(), 5)]));
        var badTarget = await server.FailAsync(Question([new ClassTarget { ClassIndex = 1000 }], new LabelImageOutput()));

        Assert.All([nothing, one, many], fault => Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode));
        Assert.All([nothing, one, many], fault => Assert.Equal(["label_images"], fault.Fields()));
        Assert.Contains("2 or more maps", one.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(["targets[0].class_index"], badTarget.Fields());
    }

    private static ClassificationServiceExplainRequest Question(ClassTarget[] targets, params LabelImageOutput[] labelImages) => new()
    {
        Image = Photos.CatImage,
        Targets = { targets },
        LabelImages = { labelImages },
    };

    private static int[] Labels(LabelImage labelled)
    {
        using var pixels = Photos.Decode(labelled.Image.Data);
        return [.. pixels.Bytes.ToArray().Where((_, i) => i % PixelBuffer.Channels == 0).Select(level => (int)level)];
    }
}
