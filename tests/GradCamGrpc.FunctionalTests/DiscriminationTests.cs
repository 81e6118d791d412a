using System.Text.Json.Nodes;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam eval discrimination</c>, its figures and as a program.</summary>
public sealed class DiscriminationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(new float[] { 4, 3, 2, 1 }, new float[] { 1, 2, 3, 4 }, -1.0, 0.7, 0.7)]
    [InlineData(new float[] { 4, 3, 2, 1 }, new float[] { 8, 6, 4, 2 }, 1.0, 0.7, 0.3)]
    [InlineData(new float[] { 6, -2, 2, -1 }, new float[] { -5, 1, -1, 3 }, -0.8, 0.75, 0.75)]      // ranks 4 1 3 2 and 1 3 2 4: 1 − 6 · 18 / (4 · 15)
    [InlineData(new float[] { 1, 2, 3, 4 }, new float[] { -1, -2, -3, 0 }, 0.2, 0.3, null)]               // ranks 1 2 3 4 and 3 2 1 4: 1 − 6 · 8 / (4 · 15)
    [InlineData(new float[] { 1, 2, 3, 4 }, new float[] { 1, 1, 1, 1 }, null, 0.3, 0.5)]
    public void Of_TwoMapsInARow_IsWhatOneCountsByHand(float[] left, float[] right, double? correlation, double? leftEnergy, double? rightEnergy)
    {
        var figures = Discrimination.Of(new HeatMap(1, 4, left), new HeatMap(1, 4, right));

        AssertNear(correlation, figures.Correlation);
        AssertNear(leftEnergy, figures.LeftEnergy);
        AssertNear(rightEnergy, figures.RightEnergy);
    }

    [Fact]
    public void Figures_ThreePictures_AreMeansOfWhatThereIs()
    {
        var figures = DiscriminationFigures.Of(
            "a method", [new Discrimination(0.5, 0.9, 0.6), new Discrimination(-0.25, 0.5, 0.2), new Discrimination(null, null, 0.8)]);

        Assert.Equal(0.125, figures.Correlation!.Value, 12);
        Assert.Equal(3.0 / 6, figures.OwnHalf, 12);
        Assert.Equal((0.9 + 0.6 + 0.5 + 0.2 + 0.8) / 5, figures.OwnHalfEnergy!.Value, 12);
        Assert.Equal(1, figures.BlankMaps);
    }

    [Fact]
    public void Draw_MoreThanThereAre_GivesEachPairOfDifferentClassesOnce()
    {
        BoxedPhoto[] photos = [Photo("a", 1), Photo("b", 1), Photo("c", 2)];

        var pairs = PhotoPairs.Draw(photos, 100, seed: 7);

        Assert.Equal(["a c", "b c", "c a", "c b"], pairs.Select(pair => $"{pair.Left.Path} {pair.Right.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Draw_HalfAsManyPairsAsPhotos_UsesEachPhotoOnce()
    {
        var photos = Enumerable.Range(0, 10).Select(i => Photo($"{i}", i)).ToArray();

        var pairs = PhotoPairs.Draw(photos, 5, seed: 7);

        Assert.Equal(photos, pairs.SelectMany(pair => new[] { pair.Left, pair.Right }).OrderBy(photo => photo.ClassIndex));
        Assert.Equal(pairs, PhotoPairs.Draw(photos, 5, seed: 7));
        Assert.NotEqual(pairs, PhotoPairs.Draw(photos, 5, seed: 8));
    }

    [Fact]
    public void Draw_OneClass_GivesNone() => Assert.Empty(PhotoPairs.Draw([Photo("a", 1), Photo("b", 1)], 5, seed: 7));

    /// <summary>softmax(0, ln 3, 0) is 0.2, 0.6, 0.2.</summary>
    [Fact]
    public void ClassOutputs_ThreeClasses_GiveProbabilitiesAndTheServersPlaces()
    {
        var outputs = new ClassOutputs([100, 100 + MathF.Log(3), 100]);

        Assert.Equal(1, outputs.First);
        Assert.Equal(0.6, outputs.Probability(1), 5);
        Assert.Equal(0.2, outputs.Probability(2), 5);
        Assert.Equal([2, 1, 3], Enumerable.Range(0, 3).Select(outputs.Rank));
    }

    [Fact]
    public async Task Discrimination_TwoPhotos_GivesEveryFigure()
    {
        Write(("chelsea.png", 281), ("cat.png", 285));

        using var run = ProgramRun.CommandLine(
            "eval", "discrimination", "--data", _folder.FullName, "--method", "grad-cam", "--method", "saliency", "--pairs", "9", "--known-rank", "1000", "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal((2, 2, 1000), ((int?)result["pairCount"], (int?)result["knownPairCount"], (int?)result["knownRank"]));
        var methods = result["methods"]!.AsArray();
        Assert.Equal(["grad-cam", "saliency", "(a random map)"], methods.Select(method => (string?)method!["method"]));
        Assert.All(methods, method => Assert.InRange((double)method!["correlation"]!, -1, 1));
        Assert.All(methods, method => Assert.InRange((double)method!["ownHalfEnergy"]!, 0, 1));
    }

    [Fact]
    public async Task Discrimination_NetworkKnowsNoneOrThereIsOneClass_SaysSo()
    {
        Write(("chelsea.png", 281), ("cat.png", 0));
        using var unknown = ProgramRun.CommandLine("eval", "discrimination", "--data", _folder.FullName, "--known-rank", "1", "--json");
        Assert.Equal(1, await unknown.EndAsync());
        Assert.Contains("none of 2 pairs", (string?)JsonNode.Parse(unknown.Output)!["error"], StringComparison.Ordinal);

        using var single = ProgramRun.CommandLine("eval", "discrimination", "--data", _folder.FullName, "--photos", "1", "--json");
        Assert.Equal(1, await single.EndAsync());
        Assert.Contains("two classes", (string?)JsonNode.Parse(single.Output)!["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discrimination_OnePhotoAndOneClassTwice_MapsAreTheSame()
    {
        using var run = ProgramRun.CommandLine(
            "eval", "discrimination", "--photo", Photos.CatPath, "--class", "282", "--class", "tiger cat", "--method", "grad-cam", "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal((282, 282), ((int?)result["first"]!["classIndex"], (int?)result["second"]!["classIndex"]));
        Assert.Equal(1, (double)result["methods"]![0]!["correlation"]!, 12);
    }

    [Theory]
    [InlineData("either --data or --photo")]
    [InlineData("either --data or --photo", "--data", ".", "--photo", "cat.png", "--class", "1", "--class", "2")]
    [InlineData("two --class", "--photo", "cat.png", "--class", "1")]
    [InlineData("--class goes with --photo", "--data", ".", "--class", "1")]
    [InlineData("--pairs", "--data", ".", "--pairs", "0")]
    public async Task Discrimination_OptionsDoNotGoTogether_IsRefused(string expected, params string[] options)
    {
        using var run = ProgramRun.CommandLine(["eval", "discrimination", .. options]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    /// <summary>
    /// Grad-CAM tells classes apart; Guided Backpropagation alone hardly does (Selvaraju et al. 2017, sections 3 and 5.1), and a random map
    /// not at all.
    /// </summary>
    [Fact, Trait("Category", "Golden")]
    public async Task Discrimination_OnImageNet_GradCamTellsClassesApartAndGuidedBackpropagationHardly()
    {
        using var run = ProgramRun.CommandLine(
            "eval", "discrimination", "--data", TestFolders.Data("imagenet-boxes"), "--pairs", "24", "--json",
            "--method", "grad-cam", "--method", "guided-backpropagation");

        Assert.Equal(0, await run.EndAsync());
        var methods = JsonNode.Parse(run.Output)!["methods"]!.AsArray().ToDictionary(method => (string)method!["method"]!, method => method!);
        var (gradCam, guided, random) = (methods["grad-cam"], methods["guided-backpropagation"], methods["(a random map)"]);
        Assert.True((double)guided["correlation"]! > (double)gradCam["correlation"]! + 0.3);
        Assert.True((double)gradCam["ownHalf"]! > 0.8);
        Assert.True((double)gradCam["ownHalf"]! > (double)guided["ownHalf"]!);
        Assert.InRange((double)random["correlation"]!, -0.2, 0.2);
        Assert.InRange((double)random["ownHalf"]!, 0.3, 0.7);
    }

    private static void AssertNear(double? expected, double? actual)
    {
        Assert.Equal(expected is null, actual is null);
        Assert.Equal(expected ?? 0, actual ?? 0, 12);
    }

    private static BoxedPhoto Photo(string path, int classIndex) => new(path, classIndex, []);

    private void Write(params (string File, int ClassIndex)[] photos)
    {
        var images = _folder.CreateSubdirectory("images");
        foreach (var (file, _) in photos)
            File.Copy(Photos.CatPath, Path.Combine(images.FullName, file));
        File.WriteAllLines(
            Path.Combine(_folder.FullName, "boxes.tsv"), photos.Select(photo => $"{photo.File}\t{photo.ClassIndex}\tn00000000\t60\t10\t330\t290"));
    }
}
