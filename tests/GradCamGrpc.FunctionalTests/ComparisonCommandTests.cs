using System.CommandLine;
using System.Text.Json.Nodes;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam compare</c>, <c>compare-models</c> and <c>perturb</c> as programs.</summary>
public sealed class ComparisonCommandTests(TwoModels models) : IClassFixture<TwoModels>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Compare_WrongClassFound_WritesThreeMapsAndThemSideBySide()
    {
        using var run = Run("compare", Photos.CatPath, "--truth", "goldfish", "--model", ModelFolders.Cropped, "--json");

        Assert.Equal(0, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        Assert.Equal(1, (int?)line["trueClass"]!["score"]!["classIndex"]);
        Assert.Equal("goldfish, Carassius auratus", (string?)line["contrastMap"]!["provenance"]!["score"]!["contrast"]!["label"]);
        Assert.Null(line["predictedMap"]!["outputs"]);
        Assert.Equal(3, line["files"]!.AsArray().Count);
        Assert.Equal(
            ["chelsea.compare.contrast.png", "chelsea.compare.found.png", "chelsea.compare.png", "chelsea.compare.true.png"], Written());
        AssertSheetOf(3, (string?)line["contactSheet"]);
    }

    [Fact]
    public async Task Compare_RightClassFoundForPeople_HasOneMapAndSaysSo()
    {
        using var run = Run("compare", Photos.CatPath, "nowhere.png", "--truth", "tabby", "--model", ModelFolders.Cropped, "--method", "layer-cam");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("the first class is", run.Output, StringComparison.Ordinal);
        Assert.Contains("nowhere.png", run.Errors, StringComparison.Ordinal);
        Assert.Contains("chelsea.compare.png", Written());
    }

    [Fact]
    public async Task CompareModels_TwoOfThem_AreSideBySideWithTheirFigures()
    {
        using var run = Run(
            "compare-models", Photos.CatPath, "--model", $"{ModelFolders.Cropped}@bn2", "--model", ModelFolders.Whole,
            "--class", "tiger cat", "--box", "110,20,440,300", "--json");

        Assert.Equal(0, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        var told = line["models"]!.AsArray();
        Assert.Equal(["1.0.0", "2.0.0"], told.Select(model => (string?)model!["prediction"]!["modelVersion"]));
        Assert.All(told, model => Assert.InRange((double)model!["evidence"]!["energyInside"]!, 0.3, 1));
        Assert.Equal(["chelsea.models.embedded.png", "chelsea.models.embedded_2.png", "chelsea.models.png"], Written());
        AssertSheetOf(2, (string?)line["contactSheet"]);
    }

    [Fact]
    public async Task CompareModels_OneModelForPeople_SaysHowManyThereMustBe()
    {
        using var run = Run("compare-models", Photos.CatPath, "--model", ModelFolders.Whole);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("1 models are not from 2 to 8", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Written());
    }

    [Fact]
    public async Task CompareModels_BoxIsNoBox_NothingRuns()
    {
        using var run = Run("compare-models", Photos.CatPath, "--model", "a", "--model", "b", "--box", "1,2,3");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("x0,y0,x1,y1", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void BoxOption_FourBordersTwice_IsTwoRectangles()
    {
        var boxes = new BoxOption();

        var parsed = new Command("test") { boxes }.Parse(["--box", "10,20,30.5,60", "-b", "0,0,1,2"]);

        Assert.Equal(
            [new PixelRectangle { X = 10, Y = 20, Width = 20.5, Height = 40 }, new PixelRectangle { Width = 1, Height = 2 }], parsed.GetValue(boxes)!);
    }

    [Fact]
    public async Task Perturb_SeveralSteps_WritesBothMapsAndThePhoto()
    {
        using var run = Run(
            "perturb", Photos.CatPath, "--model", ModelFolders.Whole, "--class", "282", "--attack", "pgd", "--epsilon", "3/255", "--steps", "2",
            "--step-size", "0.02", "--json");

        Assert.Equal(0, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        Assert.Equal(3.0 / 255, (double)line["largestChange"]!, 1e-12);
        Assert.True(Probability("after") < Probability("before"));
        Assert.Equal(
            ["chelsea.perturb.after.png", "chelsea.perturb.before.png", "chelsea.perturb.photo.png", "chelsea.perturb.png"], Written());
        AssertSheetOf(3, (string?)line["contactSheet"]);

        double Probability(string when) => (double)line[when]!["explainedClass"]!["score"]!["probability"]!;
    }

    [Fact]
    public async Task Perturb_ForPeople_SaysHowFarAndWhatIsFound()
    {
        using var run = Run("perturb", Photos.CatPath, "--model", ModelFolders.Whole);

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("no colour moved farther than 2/255", run.Output, StringComparison.Ordinal);
        Assert.Contains("found after", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--steps goes with --attack pgd", "--steps", "3")]
    [InlineData("2/255", "--epsilon", "far")]
    [InlineData("2/255", "--epsilon", "1/0")]
    public async Task Perturb_OptionIsWrong_NothingRuns(string said, params string[] options)
    {
        using var run = Run(["perturb", Photos.CatPath, .. options]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
        Assert.Empty(Written());
    }

    private ProgramRun Run(params string[] arguments) =>
        ProgramRun.CommandLine([.. arguments, "--server", models.Server.Address.ToString(), "--out", _folder.FullName]);

    private string[] Written() => [.. _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];

    private static void AssertSheetOf(int cells, string? file)
    {
        using var sheet = Photos.Decode(Google.Protobuf.ByteString.CopyFrom(File.ReadAllBytes(file!)));
        Assert.Equal((cells * (256 + 12) + 12, 256 + 22 + 12 + 12), (sheet.Width, sheet.Height));
    }
}
