using System.Text.Json.Nodes;
using GradCamGrpc.Cli.Grounding;
using GradCamGrpc.TestData;
using GradCamGrpc.Training.Metrics;
using static TorchSharp.torch;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam eval grounding</c>: its parts by hand, and the whole as a program.</summary>
public sealed class GroundingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Cover_TenPixels_TakesTheTwoLargestAndTheTwoSmallest()
    {
        var (most, least) = Cover.Of([0.5f, 0.1f, 0.9f, 0.3f, 0.7f, 0.2f, 0.8f, 0.4f, 0.6f, 0f], new float[10]);

        Assert.Equal([2, 6], Covered(most));
        Assert.Equal([1, 9], Covered(least));
    }

    [Fact]
    public void Cover_EqualValues_AreTakenInTheOtherOrder()
    {
        var (most, least) = Cover.Of(new float[5], [0.1f, 0.5f, 0.3f, 0.2f, 0.4f]);

        Assert.Equal([1], Covered(most));
        Assert.Equal([0], Covered(least));
    }

    [Fact]
    public void Cover_Noise_CoversAFifthAndTheSeedSaysWhere()
    {
        var (one, again, other) = (Cover.Noise(50, 40, seed: 3), Cover.Noise(50, 40, seed: 3), Cover.Noise(50, 40, seed: 4));

        Assert.Equal(one, again);
        Assert.NotEqual(one, other);
        Assert.Equal(400, Covered(Cover.Of(one, one).Most).Count());
    }

    /// <summary>
    /// Of ten columns the left five are white, the others black; covered, a pixel is grey. One score is the brightness of the first two columns,
    /// the other that of the last two, and each has a map that says so.
    /// </summary>
    [Fact]
    public void CoverTrial_TwoColumnsEach_LoseWhatGreyCosts()
    {
        using var scope = NewDisposeScope();
        var image = cat([ones(3, 10, 5), zeros(3, 10, 5)], 2);
        float[] left = [.. Enumerable.Range(0, 100).Select(i => 1 - i % 10 / 10f)];
        float[] right = [.. Enumerable.Range(0, 100).Select(i => i % 10 / 10f)];

        var losses = CoverTrial.Run(
            image,
            [left, right],
            images => stack([images.narrow(3, 0, 2).mean([1, 2, 3]), images.narrow(3, 8, 2).mean([1, 2, 3])], 1),
            seed: 1);

        Assert.Equal([0.5f, 0f], losses[0].ByMap);
        Assert.Equal([0f, -0.5f], losses[1].ByMap);
        Assert.Equal((0.5, 0.0, -0.5, 0.0), (losses[0].Most, losses[0].Least, losses[1].Most, losses[1].Least));
        Assert.InRange(losses[0].Random, 0, 0.5);
        Assert.InRange(losses[1].Random, -0.5, 0);
    }

    [Fact]
    public void GroundedScore_OtherThings_AreAveraged()
    {
        var losses = new ScoreLosses([1f, 3f, 8f], Own: 2, Least: -1, Random: 2);

        Assert.Equal(new GroundedScore("noun", 8, 2, -1, 2), GroundedScore.Of("noun", losses, [0, 1]));
        Assert.Null(GroundedScore.Of("noun", losses, []).Other);
    }

    [Fact]
    public void GroundingFigures_TwoPhotos_AreMeansByKindAndDifferencesOneByOne()
    {
        var figures = GroundingFigures.ByKind(
        [
            [new GroundedScore("noun", 4, 1, 0, 2), new GroundedScore("verb", 1, 1, 1, null)],
            [new GroundedScore("noun", 2, 1, 1, null)],
            [],
        ]);

        Assert.Equal([("noun", 2), ("verb", 1)], figures.Select(figure => (figure.Kind, figure.Count)));
        Assert.Equal(new BootstrapInterval(3, 2, 4), figures[0].Most);
        Assert.Equal((1.0, 0.5, 2.0), (figures[0].Random.Mean, figures[0].Least.Mean, figures[0].Other!.Mean));
        Assert.Equal(new BootstrapInterval(2, 1, 3), figures[0].MostOverRandom);
        Assert.Equal(new BootstrapInterval(2, 2, 2), figures[0].MostOverOther);
        Assert.Null(figures[1].Other);
        Assert.Null(figures[1].MostOverOther);
    }

    [Fact]
    public void SharedNouns_SeveralPairs_AreTheTwoCaptionsWithTheMost()
    {
        IReadOnlyList<string>[] captions =
        [
            ["a", "dog", "runs", "in", "the", "snow"],
            ["a", "man", "and", "a", "dog"],
            ["snow", "under", "dogs", "and", "a", "man"],
        ];

        var shared = SharedNouns.Find(captions, _ => true)!;
        Assert.Equal((captions[0], captions[2]), (shared.First, shared.Second));
        Assert.Equal([1, 5], shared.InFirst);
        Assert.Equal([2, 0], shared.InSecond);

        // Without a man, the second and the third share the dog alone; what is not known cannot be explained.
        Assert.Null(SharedNouns.Find(captions, word => word is not "snow" and not "man"));
        Assert.Null(SharedNouns.Find([captions[0], captions[0]], _ => true));
    }

    [Fact]
    public void AgreementFigures_NothingToCompare_AreNone() => Assert.Null(AgreementFigures.Of([MapAgreement.None]));

    [Fact]
    public async Task Grounding_ModelOfBothHeads_GivesEveryFigure()
    {
        string[] photos = ["one.png", "two.png"];
        File.WriteAllLines(PathOf("train.tsv"), Enumerable.Repeat("one.png\thow many dogs are in the picture ?\t2", 3));
        File.WriteAllLines(PathOf("test.tsv"), ["three.png\twhat is this ?\tcat"]);
        File.WriteAllLines(PathOf("captions.tsv"), photos.SelectMany(photo => new[] { $"{photo}\tTwo dogs are running in the snow .", $"{photo}\tIn the snow , two dogs run ." }));
        File.WriteAllLines(PathOf("test.txt"), photos);
        foreach (var photo in photos)
            File.Copy(Photos.CatPath, Path.Combine(Directory.CreateDirectory(PathOf("images")).FullName, photo));
        using var training = ProgramRun.CommandLine("train", "vqa", "--rooms", _folder, "--output", PathOf("model"), "--epochs", "1", "--depth", "1");
        Assert.Equal(0, await training.EndAsync());

        string[] question = ["eval", "grounding", "--data", _folder, "--photos", "1", "--models", PathOf("model")];
        using var json = ProgramRun.CommandLine([.. question, "--json"]);
        using var words = ProgramRun.CommandLine(question);

        Assert.Equal((0, 0), (await json.EndAsync(), await words.EndAsync()));
        var result = JsonNode.Parse(json.Output)!;
        Assert.Equal(("embedded", "test", 1), ((string?)result["model"], (string?)result["split"], (int?)result["photoCount"]));
        Assert.Contains("noun", result["words"]!.AsArray().Select(kind => (string?)kind!["kind"]));
        Assert.Contains("count", result["answers"]!.AsArray().Select(kind => (string?)kind!["kind"]));
        Assert.All(result["answers"]!.AsArray(), kind => Assert.InRange((double)kind!["most"]!["mean"]!, -1, 1));
        Assert.Equal(1, (int?)result["agreement"]!["photoCount"]);
        Assert.InRange((double)result["agreement"]!["sameNoun"]!["mean"]!, -1, 1);
        Assert.Contains("function word", words.Output, StringComparison.Ordinal);
    }

    /// <summary>The map of a noun follows the noun from one person's caption to another's.</summary>
    [Fact, Trait("Category", "Golden")]
    public async Task Grounding_SeveralPhotos_MapsOfTheSameNounAgreeAndOthersDoNot()
    {
        using var run = ProgramRun.CommandLine("eval", "grounding", "--data", TestFolders.Data("flickr8k"), "--photos", "8", "--json");

        Assert.Equal(0, await run.EndAsync());
        var agreement = JsonNode.Parse(run.Output)!["agreement"]!;
        Assert.True((double)agreement["sameNoun"]!["lower"]! > (double)agreement["otherNoun"]!["upper"]!);
        Assert.True((double)agreement["sameNoun"]!["lower"]! > (double)agreement["oneCaption"]!["upper"]!);
    }

    [Fact]
    public async Task Grounding_ModelWithoutHeads_SaysSo()
    {
        ModelFolders.WriteTo(PathOf("models"), ModelFolders.Goldfish);

        using var run = ProgramRun.CommandLine(
            "eval", "grounding", "--data", _folder, "--models", Path.Combine(PathOf("models"), "whole"), "--json");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("no captioning head, and no answering head", (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--photos", "0")]
    [InlineData("--seed", "-1")]
    public async Task Grounding_OptionOutOfRange_IsRefused(string option, string value)
    {
        using var run = ProgramRun.CommandLine("eval", "grounding", "--data", _folder, option, value);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(option, run.Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Covered(bool[] pixels) => Enumerable.Range(0, pixels.Length).Where(i => pixels[i]);

    private string PathOf(string name) => Path.Combine(_folder, name);
}
