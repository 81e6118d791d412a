using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Models that differ from the embedded one.</summary>
public sealed class OtherModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Explain_WeightsAreNotFinite_IsAnErrorThatSaysSo()
    {
        var manifest = CopyEmbedded();
        WriteDamaged(manifest);
        await using var server = new RunningServer(options => options with { Models = _folder });
        await server.InitializeAsync();

        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });

        Assert.Equal(StatusCode.Internal, fault.StatusCode);
        Assert.Contains("the network's outputs have values that are not finite", fault.Status.Detail, StringComparison.Ordinal);
    }

    /// <summary>A value that is no number is neither a hit nor a miss: every evaluation says where it is, and none ends in a stack trace.</summary>
    [Theory]
    [InlineData("eval", "localization", "--data", "DATA")]
    [InlineData("eval", "faithfulness", "--data", "DATA", "--steps", "1")]
    [InlineData("eval", "discrimination", "--data", "DATA", "--known-rank", "1000")]
    [InlineData("eval", "discrimination", "--photo", "DATA/images/chelsea.png", "--class", "0", "--class", "1")]
    [InlineData("audit", "DATA", "--out", "DATA/out")]
    public async Task Evaluate_WeightsAreNotFinite_NamesThePhotoAndSaysSo(params string[] arguments)
    {
        var manifest = CopyEmbedded();
        WriteDamaged(manifest);
        var data = Directory.CreateTempSubdirectory().FullName;
        Directory.CreateDirectory(Path.Combine(data, "images"));
        File.Copy(Photos.CatPath, Path.Combine(data, "images", "chelsea.png"));
        File.Copy(Photos.CatPath, Path.Combine(data, "images", "zoe.png"));
        File.WriteAllLines(Path.Combine(data, "boxes.tsv"), ["chelsea.png\t0\tn0\t60\t10\t330\t290", "zoe.png\t1\tn1\t60\t10\t330\t290"]);

        using var run = ProgramRun.CommandLine(
            [.. arguments.Select(argument => argument.Replace("DATA", data, StringComparison.Ordinal)), "--models", _folder, "--method", "grad-cam", "--json"]);

        Assert.Equal(1, await run.EndAsync());
        var error = (string?)JsonNode.Parse(run.Output)!["error"];
        Assert.Contains("chelsea.png", error, StringComparison.Ordinal);
        Assert.Contains("not finite", error, StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public void Checked_MapWithAnInfiniteValue_IsRefusedAndNamesPhotoAndMethod()
    {
        var map = new Explain.SaliencyMap(
            new Explain.Methods.GradCam(), null, ScoreTarget.Of(0), 1, new Explain.MapShape(1, 1, 2), new[] { 1, float.NegativeInfinity });

        var fault = Assert.Throws<EvaluationException>(() => map.Checked("cat.png"));

        Assert.Contains("cat.png: its map by grad-cam is not finite", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>The photo is 451 x 300, resized 384 x 256; the middle 224 x 128 of that is the input: rows 75 to 225 of the photo.</summary>
    [Fact]
    public async Task Explain_InputIsNotSquare_CropGridsAndLayersHaveItsProportions()
    {
        var manifest = CopyEmbedded();
        manifest["preprocessing"]!["crop_height"] = 128;
        Write(manifest);
        await using var server = new RunningServer(options => options with { Models = _folder });
        await server.InitializeAsync();

        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Outputs =
            {
                new MapOutput { Raw = new RawMapOutput() },
                new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Input } },
                new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } },
            },
        });

        var map = Assert.Single(answer.Maps);
        foreach (var crop in new[] { answer.Prediction.Crop, map.Provenance.Crop })
        {
            Assert.Equal(451.0 / 384 * 224, crop.Width, 1e-6);
            Assert.Equal(150, crop.Height, 1e-6);
            Assert.Equal(75, crop.Y, 1e-6);
        }
        Assert.Equal(new PixelSize { Width = 224, Height = 128 }, map.Provenance.InputSize);
        Assert.Equal(new PixelSize { Width = 7, Height = 4 }, map.Outputs[0].Raw.Size);
        Assert.Equal(new PixelSize { Width = 224, Height = 128 }, map.Outputs[1].Raw.Size);

        // On the input's grid the map reaches the corners, on the photo's it ends at the crop.
        var layer = map.Outputs[0].Raw.Floats();
        Assert.Equal(layer[0], map.Outputs[1].Raw.Floats()[0], 1e-6f);
        Assert.Equal(layer[^1], map.Outputs[1].Raw.Floats()[^1], 1e-6f);
        var onPhoto = map.Outputs[2].Raw.Floats();
        Assert.All(Enumerable.Range(0, 451), x => Assert.Equal(0, onPhoto[74 * 451 + x]));
        Assert.Contains(Enumerable.Range(0, 451), x => onPhoto[75 * 451 + x] > 0);
        Assert.Contains(Enumerable.Range(0, 451), x => onPhoto[224 * 451 + x] > 0);
        Assert.All(Enumerable.Range(0, 451), x => Assert.Equal(0, onPhoto[225 * 451 + x]));
    }

    /// <summary>A classifier a thousand times as sure: the best class's probability is 1 in single precision, and nothing moves it.</summary>
    [Fact]
    public async Task Explain_ProbabilityIsSaturated_TheMapIsZeroAndSaysThatTheScoreIsFlat()
    {
        var manifest = CopyEmbedded();
        var weights = Path.Combine(_folder, (string)manifest["weights"]!["file"]!);
        File.WriteAllBytes(weights, Sure(weights));
        manifest["weights"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)));
        Write(manifest);
        await using var server = new RunningServer(options => options with { Models = _folder });
        await server.InitializeAsync();

        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets =
            {
                new ClassTarget { TopK = 1, ScoreKind = ScoreKind.Probability },
                new ClassTarget { TopK = 1, ScoreKind = ScoreKind.Counterfactual },
                new ClassTarget { TopK = 1 },
            },
            Layers = { "bn2", "blocks.4.2" },
            LayerFusion = LayerFusion.Mean,
            Methods = { new ExplanationMethod { GradCam = new GradCam() }, new ExplanationMethod { Saliency = new Saliency() } },
        });

        Assert.Equal(1, answer.Prediction.Classes[0].Probability);
        Assert.Equal(2 * 3, answer.Maps.Count);
        Assert.All(answer.Maps, map => Assert.Equal(map.TargetIndex == 0, map.ScoreIsFlat));
        Assert.All(answer.Maps.Where(map => map.TargetIndex == 0), map => Assert.True(map.AllZero));
        Assert.All(answer.Maps.Where(map => map.TargetIndex == 2), map => Assert.False(map.AllZero));
    }

    private JsonNode CopyEmbedded()
    {
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));

        // The tests change what classes are told by; the other heads' inputs would have to follow.
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "model.json")))!;
        manifest["tasks"] = new JsonArray("classification");
        manifest.AsObject().Remove("captioning");
        manifest.AsObject().Remove("answering");
        return manifest;
    }

    private void Write(JsonNode manifest) => File.WriteAllText(Path.Combine(_folder, "model.json"), manifest.ToJsonString());

    private void WriteDamaged(JsonNode manifest)
    {
        var weights = Path.Combine(_folder, (string)manifest["weights"]!["file"]!);
        File.WriteAllBytes(weights, Damaged(weights));
        manifest["weights"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)));
        Write(manifest);
    }

    /// <summary>The file with the first weight of the classifier no number.</summary>
    private static byte[] Damaged(string weights) => WithClassifier(weights, values => values[0] = float.NaN);

    /// <summary>The file with the classifier's weights a thousand times as large.</summary>
    private static byte[] Sure(string weights) => WithClassifier(weights, values =>
    {
        for (var i = 0; i < values.Length; i++)
            values[i] *= 1000;
    });

    private static byte[] WithClassifier(string weights, Action<float[]> change)
    {
        var bytes = File.ReadAllBytes(weights);
        using var file = SafetensorsFile.Open(weights);
        var entry = file.Entry("classifier.weight");
        Assert.Equal(ElementType.F32, entry.Type);
        var stored = bytes.AsSpan(8 + (int)MemoryMarshal.Read<long>(bytes) + (int)entry.Offset, 1000 * 1280 * sizeof(float));
        var values = MemoryMarshal.Cast<byte, float>(stored).ToArray();
        change(values);
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(stored);
        return bytes;
    }
}
