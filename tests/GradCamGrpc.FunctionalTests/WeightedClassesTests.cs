using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Scores of several classes together.</summary>
public sealed class WeightedClassesTests(RunningServer server)
{
    private const int TigerCat = 282;
    private const int Egyptian = 285;

    /// <summary>By linearity: the sum's score and map are the sums of the two classes'.</summary>
    [Fact]
    public async Task Explain_WeightedClasses_AreTheSumOfTheClassesAlone()
    {
        var sum = new WeightedClasses { Terms = { ByIndex(TigerCat, 2), ByLabel("egyptian cat", -0.1) } };
        var answer = await server.ExplainAsync(Request(
            new ClassTarget { ClassIndex = TigerCat },
            new ClassTarget { ClassIndex = Egyptian },
            new ClassTarget { WeightedClasses = sum },
            new ClassTarget { WeightedClasses = sum, ScoreKind = ScoreKind.Counterfactual }));

        var scores = answer.Maps.Select(map => map.Provenance.Score).ToArray();
        Assert.Equal(2 * scores[0].Value - 0.1 * scores[1].Value, scores[2].Value, 1e-4);
        Assert.Equal(-scores[2].Value, scores[3].Value, 1e-5);
        Assert.Equal(ExplainedScore.SubjectOneofCase.WeightedClasses, scores[2].SubjectCase);
        Assert.Equal(
            [(TigerCat, "tiger cat", 2.0), (Egyptian, "Egyptian cat", -0.1)],
            scores[2].WeightedClasses.Terms.Select(term => (term.ExplainedClass.ClassIndex, term.ExplainedClass.Label.Split(',')[0], term.Weight)));
        Assert.Equal(scores[2].WeightedClasses, scores[3].WeightedClasses);
        Assert.Equal(ScoreKind.Counterfactual, scores[3].Kind);

        var maps = answer.Maps.Select(map => map.Outputs[0].Raw.Floats()).ToArray();
        for (var i = 0; i < maps[0].Length; i++)
        {
            Assert.Equal(2 * maps[0][i] - 0.1f * maps[1][i], maps[2][i], 1e-4f);
            Assert.Equal(-maps[2][i], maps[3][i], 1e-5f);
        }
    }

    [Fact]
    public async Task Explain_WeightedProbabilities_HaveTheirSumAsScore()
    {
        var sum = new WeightedClasses { Terms = { ByIndex(TigerCat, 1), ByIndex(Egyptian, 3) } };

        var answer = await server.ExplainAsync(Request(
            new ClassTarget { WeightedClasses = sum, ScoreKind = ScoreKind.Probability },
            new ClassTarget { WeightedClasses = sum, ScoreKind = ScoreKind.LogProbability }));

        var probabilities = answer.Prediction.Classes.ToDictionary(found => found.ClassIndex, found => found.Probability);
        Assert.Equal(probabilities[TigerCat] + 3 * probabilities[Egyptian], answer.Maps[0].Provenance.Score.Value, 1e-5);
        Assert.Equal(
            Math.Log(probabilities[TigerCat]) + 3 * Math.Log(probabilities[Egyptian]), answer.Maps[1].Provenance.Score.Value, 1e-4);
    }

    [Fact]
    public async Task Explain_WeightsOfVeryDifferentMagnitude_AreAnsweredByEveryCam()
    {
        foreach (var weights in new[] { (1e9, 1e-9), (1e-9, -1e-9) })
        {
            var request = Request(new ClassTarget
            {
                WeightedClasses = new WeightedClasses { Terms = { ByIndex(TigerCat, weights.Item1), ByIndex(Egyptian, weights.Item2) } },
            });
            request.Methods.Add(new ExplanationMethod { GradCam = new GradCam() });
            request.Methods.Add(new ExplanationMethod { GradCamPlusPlus = new GradCamPlusPlus() });
            request.Methods.Add(new ExplanationMethod { EigenGradCam = new EigenGradCam() });
            request.Methods.Add(new ExplanationMethod { XgradCam = new XGradCam() });

            var answer = await server.ExplainAsync(request);

            Assert.Equal(4, answer.Maps.Count);
            Assert.All(answer.Maps, map => Assert.Contains(map.Outputs[0].Raw.Floats(), value => value != 0));
        }
    }

    /// <summary>No class alone is meant: the curve follows the sum itself, and starts where the grey or blurred photo has it.</summary>
    [Fact]
    public async Task Evaluate_WeightedClasses_AreJudgedByTheirSum()
    {
        var request = new EvaluateRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { WeightedClasses = new WeightedClasses { Terms = { ByIndex(TigerCat, 1), ByIndex(Egyptian, 1) } } } },
            Measures = { Measure.Insertion },
            Curves = new CurveOptions { StepCount = 2 },
            IncludeBaselines = true,
        };
        using var call = new EvidenceService.EvidenceServiceClient(server.Channel).Evaluate(request, cancellationToken: TestContext.Current.CancellationToken);

        var evidence = (await call.ReadAllAsync()).Skip(1).Select(message => message.Evidence).ToArray();

        Assert.Equal(3, evidence.Length);
        Assert.Equal([TigerCat, Egyptian], evidence[0].Map.Score.WeightedClasses.Terms.Select(term => term.ExplainedClass.ClassIndex));
        Assert.Equal(evidence[0].Map.Score, evidence[1].Baseline.Score);
        Assert.Equal(CurveScore.Explained, evidence[0].Insertion.Score);
        Assert.Equal(evidence[0].Map.Score.Value, evidence[0].Insertion.Points[^1].Score, 1e-3);
    }

    [Fact]
    public async Task Explain_BadTerms_AreInvalidAndNamedExactly()
    {
        var fault = await server.FailAsync(Request(
            new ClassTarget
            {
                WeightedClasses = new WeightedClasses
                {
                    Terms =
                    {
                        ByIndex(1, 1), ByIndex(2, 0), ByIndex(3, double.NaN), ByIndex(4, double.NegativeInfinity), ByIndex(5, 1e10),
                        ByIndex(1, 1), ByIndex(1000, 1), new WeightedClass { Weight = 1 },
                    },
                },
            }));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(
            [
                "targets[0].weighted_classes.terms[1].weight", "targets[0].weighted_classes.terms[2].weight",
                "targets[0].weighted_classes.terms[3].weight", "targets[0].weighted_classes.terms[4].weight",
                "targets[0].weighted_classes.terms[5].class_reference", "targets[0].weighted_classes.terms[6].class_reference.class_index",
                "targets[0].weighted_classes.terms[7].class_reference",
            ],
            fault.Fields());
        Assert.Contains("'goldfish, Carassius auratus' is named twice", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public async Task Explain_NoTermsOrTooMany_IsInvalid(int count)
    {
        var sum = new WeightedClasses { Terms = { Enumerable.Range(0, count).Select(i => ByIndex(i, 1)) } };

        var fault = await server.FailAsync(Request(new ClassTarget { WeightedClasses = sum }));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["targets[0].weighted_classes.terms"], fault.Fields());
        Assert.Contains("1 to 64", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_UnknownLabelInATerm_IsNotFoundAndContrastedSumsAreInvalid()
    {
        var unknown = await server.FailAsync(Request(
            new ClassTarget { WeightedClasses = new WeightedClasses { Terms = { ByLabel("egyptian catt", 1) } } }));
        var contrasted = await server.FailAsync(Request(new ClassTarget
        {
            WeightedClasses = new WeightedClasses { Terms = { ByIndex(1, 1) } },
            Contrast = new ClassReference { ClassIndex = 2 },
        }));

        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(["targets[0].weighted_classes.terms[0].class_reference.label"], unknown.Fields());
        Assert.Equal(StatusCode.InvalidArgument, contrasted.StatusCode);
        Assert.Equal(["targets[0].contrast"], contrasted.Fields());
    }

    [Fact]
    public async Task Explain_TenThousandTargets_IsInvalid()
    {
        var fault = await server.FailAsync(Request([.. Enumerable.Repeat(new ClassTarget { ClassIndex = 1 }, 10_000)]));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["targets"], fault.Fields());
        Assert.Contains("64", fault.Status.Detail, StringComparison.Ordinal);
    }

    private static ClassificationServiceExplainRequest Request(params ClassTarget[] targets) => new()
    {
        Image = Photos.CatImage,
        PredictionTopK = 1000,
        Targets = { targets },
        Outputs = { new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } } },
    };

    private static WeightedClass ByIndex(int index, double weight) => new() { ClassReference = new ClassReference { ClassIndex = index }, Weight = weight };

    private static WeightedClass ByLabel(string label, double weight) => new() { ClassReference = new ClassReference { Label = label }, Weight = weight };
}
