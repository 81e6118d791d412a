using System.Text.Json.Nodes;
using Google.Protobuf;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam caption</c> as a program, against a server.</summary>
public sealed class CaptionCommandTests(RunningServer server) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Caption_NothingMore_TellsThreeCaptionsAndDrawsNothing()
    {
        using var json = Run("caption", Photos.CatPath, "nowhere.png", "--json");
        using var words = Run("caption", Photos.CatPath);

        Assert.Equal((1, 0), (await json.EndAsync(), await words.EndAsync()));
        var lines = json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var captions = JsonNode.Parse(lines[0])!["prediction"]!["captions"]!.AsArray();
        Assert.Equal(3, captions.Count);
        Assert.Equal("""{"photo":"nowhere.png","error":"there is no such file"}""", lines[1].Trim());
        Assert.All(captions, caption => Assert.Contains((string)caption!["text"]!, words.Output, StringComparison.Ordinal));
        Assert.Contains("log-probabilities of the first one's words: a -", words.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(".png", words.Output.Replace("chelsea.png", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caption_BannedWordThatTheModelDoesNotKnow_IsNamed()
    {
        using var words = Run("caption", Photos.CatPath, "--beams", "1", "--ban", "xyzzy", "--ban", "cat");
        using var json = Run("caption", Photos.CatPath, "--beams", "1", "--ban", "xyzzy", "--ban", "cat", "--json");

        Assert.Equal((0, 0), (await words.EndAsync(), await json.EndAsync()));
        Assert.Equal("--ban: the model does not know 'xyzzy', and never says it", words.Errors.Trim());
        Assert.Contains("log-probability (natural logarithm)", words.Output, StringComparison.Ordinal);
        Assert.Contains(", (end) -", words.Output, StringComparison.Ordinal);
        Assert.Equal("xyzzy", (string?)JsonNode.Parse(json.Output)!["unknownBannedWords"]!.AsArray().Single());
    }

    [Fact]
    public async Task Caption_Words_AreAStripOfThePhotoAndAMapOfEach()
    {
        using var run = Run("caption", Photos.CatPath, "--words", "--beams", "1", "--prefix", "two dogs", "--ban", "a", "--max-words", "5", "--out", _folder.FullName, "--json");

        Assert.Equal(0, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        var words = Assert.Single(line["prediction"]!["captions"]!.AsArray())!["words"]!.AsArray().Select(word => (string)word!["text"]!).ToArray();
        Assert.Equal(["two", "dogs"], words[..2]);
        Assert.InRange(words.Length, 3, 5);
        Assert.DoesNotContain("a", words);
        var maps = line["maps"]!.AsArray();
        Assert.Equal(words, maps.Select(map => (string)map!["provenance"]!["score"]!["words"]!["words"]![0]!["text"]!));
        Assert.All(maps, map => Assert.True(File.Exists((string)map!["files"]![0]!)));
        AssertStripOf(words.Length + 1, (string)line["contactSheet"]!);
        Assert.Equal(words.Length + 1, _folder.GetFiles().Length);
    }

    [Fact]
    public async Task Caption_FolderNamed_DrawsAndSaysWhere()
    {
        using var run = Run("caption", Photos.CatPath, "--sample", "7", "--top-p", "0.5", "--method", "layer-cam", "--layer", "bn2", "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("chelsea.caption.png", run.Output, StringComparison.Ordinal);
        Assert.Contains(_folder.GetFiles(), file => file.Name.StartsWith("chelsea.caption.00-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Caption_OwnTextAlternativeAndContrast_AreAsked()
    {
        using var run = Run(
            "caption", Photos.CatPath, "--text", "A dog sits .", "--whole", "--alternative", "1=cat", "--contrast", "1=cat", "--out", _folder.FullName, "--json");

        Assert.Equal(0, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        Assert.Equal("a dog sits", (string?)line["prediction"]!["captions"]![0]!["text"]);
        var scores = line["maps"]!.AsArray().Select(map => map!["provenance"]!["score"]!).ToArray();
        Assert.Equal([3, 1, 1], scores.Select(score => score["words"]!["words"]!.AsArray().Count));
        Assert.Equal(("cat", "dog", "cat"), (Word(scores[1]), Word(scores[2]), (string?)scores[2]["words"]!["contrast"]));
        Assert.Equal(
            ["chelsea.caption.00-a-dog-sits.log-probability.png", "chelsea.caption.01-cat.log-probability.png", "chelsea.caption.02-dog.not-cat.png", "chelsea.caption.png"],
            _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));

        static string? Word(JsonNode score) => (string?)score["words"]!["words"]![0]!["text"];
    }

    [Fact]
    public async Task Caption_TargetThatTheCaptionHasNot_IsToldAndTheOthersAreDrawn()
    {
        string[] asked = ["caption", Photos.CatPath, "--beams", "1", "--max-words", "20", "--alternative", "20=cat", "--alternative", "0=cat", "--out", _folder.FullName];
        using var json = Run([.. asked, "--json"]);
        using var words = Run(asked);

        Assert.Equal((1, 1), (await json.EndAsync(), await words.EndAsync()));
        var line = JsonNode.Parse(json.Output)!;
        Assert.Equal("cat", (string?)line["maps"]!.AsArray().Single()!["provenance"]!["score"]!["words"]!["words"]![0]!["text"]);
        Assert.Contains("20 is not from 0 to ", (string?)line["skippedTargets"]!.AsArray().Single()!["reason"], StringComparison.Ordinal);
        Assert.Contains($"{Photos.CatPath}: not explained: 20 is not from 0 to ", words.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--text: the word 'xyzzy' is not known", "--text", "a xyzzy")]
    [InlineData("--beams: 17 is not from 1 to 16", "--beams", "17")]
    [InlineData("--contrast: 99 is not from 0 to 1", "--contrast", "99=cat", "--text", "a dog")]
    [InlineData("score-cam", "--method", "score-cam", "--words")]
    public async Task Caption_ServerRefuses_SaysWhichFieldOfWhichPhoto(string expected, params string[] options)
    {
        using var run = Run(["caption", Photos.CatPath, "--json", "--out", _folder.FullName, .. options]);

        Assert.Equal(1, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        Assert.Equal(Photos.CatPath, (string?)line["photo"]);
        var error = (string?)line["error"];
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Theory]
    [InlineData("--alternative: 'cat' is not POSITION=WORD", "--alternative", "cat")]
    [InlineData("--contrast: '-1=cat' is not POSITION=WORD", "--contrast", "-1=cat")]
    [InlineData("--beams: not with --text", "--text", "a dog", "--beams", "2")]
    [InlineData("--beams goes without --sample", "--sample", "1", "--beams", "2")]
    [InlineData("--temperature goes with --sample", "--temperature", "2")]
    [InlineData("--beams: 'x' is not a whole number from 1 to 16", "--beams", "x")]
    [InlineData("--sample: '-1' is not a whole number from 0 to 18446744073709551615", "--sample", "-1")]
    [InlineData("--top-p: 'much' is not a number from 0.01 to 1", "--sample", "1", "--top-p", "much")]
    public async Task Caption_OptionsThatDoNotFit_AreRefused(string expected, params string[] options)
    {
        using var run = Run(["caption", Photos.CatPath, .. options]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    private ProgramRun Run(params string[] arguments) => ProgramRun.CommandLine([.. arguments, "--server", server.Address.ToString()]);

    /// <summary>A cell of 256 pixels and a margin of 12 for each picture, in one row.</summary>
    private static void AssertStripOf(int pictures, string file)
    {
        using var strip = Photos.Decode(ByteString.CopyFrom(File.ReadAllBytes(file)));
        Assert.Equal((pictures * 268 + 12, 302), (strip.Width, strip.Height));
    }
}
