using System.Text.Json.Nodes;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam eval</c> as a program.</summary>
public sealed class EvaluationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Localization_TwoPhotos_GivesEveryFigure()
    {
        Write("chelsea.png\t281\tn02123045\t60\t10\t330\t290", "chelsea.png\t281\tn02123045\t0\t0\t20\t20", "cat.png\t281\tn02123045\t0\t0\t451\t300");

        using var run = ProgramRun.CommandLine(
            "eval", "localization", "--data", _folder.FullName, "--method", "grad-cam", "--method", "saliency", "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal(2, (int?)result["photoCount"]);
        Assert.Equal(["grad-cam", "saliency"], result["methods"]!.AsArray().Select(method => (string?)method!["method"]));
        Assert.Equal(5, result["methods"]![0]!["localization"]!.AsArray().Count);
        Assert.Equal(1, (double?)result["baselines"]!["centrePixel"]);
        Assert.Equal(1, (double?)result["methods"]![0]!["pointing"]);
    }

    [Theory]
    [InlineData("chelsea.png\t281\tn02123045\t60\t10\t330", "line 1")]
    [InlineData("chelsea.png\tcat\tn02123045\t60\t10\t330\t290", "'cat'")]
    [InlineData("chelsea.png\t281\tn02123045\t60\t10\t60\t290", "empty")]
    [InlineData("nowhere.png\t281\tn02123045\t60\t10\t330\t290", "nowhere.png")]
    [InlineData("chelsea.png\t281\tn02123045\t60\t10\t452\t290", "451 x 300")]
    [InlineData("chelsea.png\t1000\tn02123045\t60\t10\t330\t290", "0 to 999")]
    public async Task Localization_WrongRow_SaysWhatIsWrong(string row, string expected)
    {
        Write(row);

        using var run = ProgramRun.CommandLine("eval", "localization", "--data", _folder.FullName, "--method", "grad-cam", "--json");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faithfulness_OnePhotoOfTwo_GivesEveryFigureWithinItsRange()
    {
        Write("chelsea.png\t282\tn02123159\t60\t10\t330\t290", "cat.png\t282\tn02123159\t0\t0\t451\t300");

        var result = await FaithfulnessAsync(_folder.FullName, photos: 1, steps: 10);

        Assert.Equal((1, 10), ((int?)result["photoCount"], (int?)result["steps"]));
        Assert.Equal(["grad-cam", "(a random map)", "(a blob in the middle)"], result["methods"]!.AsArray().Select(method => (string?)method!["method"]));
        Assert.All(result["methods"]!.AsArray(), method =>
        {
            Assert.InRange((double)method!["insertion"]!, 0, 1);
            Assert.InRange((double)method["deletion"]!, 0, 1);
            Assert.InRange((double)method["occlusionCorrelation"]!, -1, 1);
        });
    }

    /// <summary>On one photo chance may win. Over several the network's own map must do better than one that knows nothing of it.</summary>
    [Fact, Trait("Category", "Golden")]
    public async Task Faithfulness_SeveralPhotos_RandomMapLoses()
    {
        var result = await FaithfulnessAsync(TestFolders.Data("imagenet-boxes"), photos: 4, steps: 5);

        var methods = result["methods"]!.AsArray().ToDictionary(method => (string)method!["method"]!, method => method!);
        var (ours, random) = (methods["grad-cam"], methods["(a random map)"]);
        Assert.True((double?)ours["insertion"] > (double?)random["insertion"]);
        Assert.True((double?)ours["deletion"] < (double?)random["deletion"]);
        Assert.True((double?)ours["occlusionCorrelation"] > (double?)random["occlusionCorrelation"]);
    }

    [Fact]
    public async Task Sanity_OnePhoto_GuidedBackpropagationStaysAndGradCamDoesNot()
    {
        Write("chelsea.png\t282\tn02123159\t60\t10\t330\t290", "cat.png\t282\tn02123159\t0\t0\t451\t300");

        using var run = ProgramRun.CommandLine(
            "eval", "sanity", "--data", _folder.FullName, "--method", "grad-cam", "--method", "guided-backpropagation", "--checkpoints", "5", "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal((2, "bn2"), ((int?)result["photoCount"], (string?)result["layer"]));
        var checkpoints = result["checkpoints"]!.AsArray();
        Assert.Equal(5, checkpoints.Count);
        Assert.Equal((int?)result["moduleCount"], (int?)checkpoints[^1]!["randomizedCount"]);
        var (gradCam, guided) = (checkpoints[0]!["methods"]![0]!, checkpoints[0]!["methods"]![1]!);
        Assert.Equal("guided-backpropagation", (string?)guided["method"]);
        Assert.True((double?)guided["structuralSimilarity"] > 0.9 && (double?)guided["rankCorrelation"] > 0.9);
        Assert.True((double?)gradCam["rankCorrelation"] < 0.6);
    }

    [Theory]
    [InlineData("--checkpoints")]
    [InlineData("--photos")]
    public async Task Sanity_NothingToDo_IsRefused(string option)
    {
        using var run = ProgramRun.CommandLine("eval", "sanity", "--data", _folder.FullName, option, "0");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(option, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--photos", "0")]
    [InlineData("--steps", "0")]
    public async Task Faithfulness_NothingToDo_IsRefused(string option, string value)
    {
        using var run = ProgramRun.CommandLine("eval", "faithfulness", "--data", _folder.FullName, option, value);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(option, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Localization_UnknownMethod_IsRefused()
    {
        using var run = ProgramRun.CommandLine("eval", "localization", "--data", _folder.FullName, "--method", "grad-cham");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("grad-cham", run.Errors, StringComparison.Ordinal);
    }

    [Fact, Trait("Category", "Golden")]
    public async Task Localization_GradCamOnImageNet_IsWithinTwoPhotosOfTheReference()
    {
        using var run = ProgramRun.CommandLine(
            "eval", "localization", "--data", TestFolders.Data("imagenet-boxes"), "--method", "grad-cam", "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        var method = result["methods"]![0]!;
        AssertNear([0.546, 0.596, 0.618, 0.576, 0.446], method["localization"]!);
        AssertNear([0.400, 0.440, 0.468, 0.450, 0.358], method["top1Localization"]!);
        AssertNear([0.868, 0.676, 0.696], new JsonArray((double?)method["pointing"], (double?)method["energyInside"], (double?)result["top1"]));
    }

    /// <summary>Served, the network sees the middle square and says tiger cat first; of the whole photo it says what the evaluation of maps counts, too.</summary>
    [Fact]
    public async Task Classification_ClassFolders_CountsFirstAndFirstFive()
    {
        foreach (var (name, ofClass) in new[] { ("one.png", "282"), ("two.png", "282"), ("three.png", "Egyptian cat"), ("four.png", "goldfish, Carassius auratus") })
            File.Copy(Photos.CatPath, Path.Combine(_folder.CreateSubdirectory(ofClass).FullName, name));

        using var run = ProgramRun.CommandLine("eval", "classification", "--data", _folder.FullName, "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal((4, 3), ((int?)result["photoCount"], (int?)result["classCount"]));
        var served = result["views"]![0]!;
        Assert.Equal(("as served", 0.5, 0.75), ((string?)served["view"], (double?)served["top1"]!["mean"], (double?)served["top5"]!["mean"]));
        Assert.True((double?)served["top1"]!["lower"] < 0.5 && (double?)served["top1"]!["upper"] > 0.5);
        Assert.Equal("the whole photo", (string?)result["views"]![1]!["view"]);
    }

    [Fact]
    public async Task Classification_ForPeople_IsATable()
    {
        Write("chelsea.png\t282\tn02123159\t60\t10\t330\t290", "cat.png\t1\tn01443537\t0\t0\t451\t300");

        using var run = ProgramRun.CommandLine("eval", "classification", "--data", _folder.FullName, "--photos", "1");

        // By its name, cat.png is the first: it is no goldfish.
        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("1 photos of 1 classes", run.Output, StringComparison.Ordinal);
        Assert.Contains("0.0 (0.0 to 0.0)", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The first line is what the others are compared with. A PNG is decoded in full either way; bf16 is there where the CPU has it.</summary>
    [Fact]
    public async Task Precision_ClassFolder_ComparesWithTheExactWay()
    {
        File.Copy(Photos.CatPath, Path.Combine(_folder.CreateSubdirectory("282").FullName, "one.png"));

        using var run = ProgramRun.CommandLine("eval", "precision", "--data", _folder.FullName, "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        var ways = result["ways"]!.AsArray();
        var hasBf16 = PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true) is null;
        Assert.Equal(hasBf16 ? 4 : 2, ways.Count);
        Assert.Equal(hasBf16, result["bf16Objection"] is null);
        Assert.All(ways.Take(2), way => Assert.Equal((1, 1, 0, 0), ((double)way!["top1"]!, (double)way["sameTop1"]!, (double)way["probabilityChange"]!, (double)way["mapDifference"]!)));
        Assert.All(ways.Skip(2), way => Assert.InRange((double)way!["mapDifference"]!, 1e-4, 0.25));
    }

    [Theory]
    [InlineData("chelsea.png\t1000\tn02123045\t60\t10\t330\t290", "0 to 999")]
    [InlineData("nowhere.png\t281\tn02123045\t60\t10\t330\t290", "nowhere.png")]
    [InlineData("boxes.png\t281\tn02123045\t60\t10\t330\t290", "boxes.png")]
    public async Task Classification_WrongRowOrPhoto_SaysWhatIsWrong(string row, string expected)
    {
        Write(row);
        File.WriteAllText(Path.Combine(_folder.FullName, "images", "boxes.png"), "no photo");

        using var run = ProgramRun.CommandLine("eval", "classification", "--data", _folder.FullName, "--json");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
    }

    [Fact, Trait("Category", "Golden")]
    public async Task Classification_WholeBoxedPhotos_IsAsOftenRightAsTheLocalizationSays()
    {
        using var run = ProgramRun.CommandLine("eval", "classification", "--data", TestFolders.Data("imagenet-boxes"), "--json");

        Assert.Equal(0, await run.EndAsync());
        Assert.Equal(0.696, (double)JsonNode.Parse(run.Output)!["views"]![1]!["top1"]!["mean"]!, 0.0041);
    }

    private static async Task<JsonNode> FaithfulnessAsync(string data, int photos, int steps)
    {
        using var run = ProgramRun.CommandLine(
            "eval", "faithfulness", "--data", data, "--method", "grad-cam", "--photos", $"{photos}", "--steps", $"{steps}", "--json");
        Assert.Equal(0, await run.EndAsync());
        return JsonNode.Parse(run.Output)!;
    }

    private static void AssertNear(double[] expected, JsonNode figures)
    {
        const double TwoPhotosOf500 = 0.004 + 1e-9;
        Assert.All(expected.Zip(figures.AsArray()), pair => Assert.InRange((double)pair.Second!, pair.First - TwoPhotosOf500, pair.First + TwoPhotosOf500));
    }

    private void Write(params string[] rows)
    {
        var images = _folder.CreateSubdirectory("images");
        File.Copy(Photos.CatPath, Path.Combine(images.FullName, "chelsea.png"));
        File.Copy(Photos.CatPath, Path.Combine(images.FullName, "cat.png"));
        File.WriteAllLines(Path.Combine(_folder.FullName, "boxes.tsv"), rows);
    }
}
