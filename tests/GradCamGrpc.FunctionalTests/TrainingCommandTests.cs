using System.Text.Json.Nodes;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam train</c> and <c>gradcam eval captions</c> as programs.</summary>
public sealed class TrainingCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task EvalCaptions_OnePhoto_GivesEveryFigureWithinItsRange()
    {
        Write("captions.tsv", "cat.png\tA cat looks at you .", "cat.png\tA striped cat with green eyes .");
        Write("test.txt", "cat.png");
        File.Copy(Photos.CatPath, Path.Combine(Directory.CreateDirectory(PathOf("images")).FullName, "cat.png"));

        using var run = ProgramRun.CommandLine("eval", "captions", "--data", _folder, "--cache", PathOf("cache"), "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal(("embedded", "test", 1, 3), ((string?)result["model"], (string?)result["split"], (int?)result["photoCount"], (int?)result["beams"]));
        Assert.InRange((double)result["scores"]!["bleu1"]!, 0, 1);
        Assert.InRange((double)result["scores"]!["cider"]!, 0, 10);
    }

    [Fact]
    public async Task EvalCaptions_FileThatIsNoPhoto_IsNamed()
    {
        Write("captions.tsv", "cat.png\tA cat .");
        Write("test.txt", "cat.png");
        Directory.CreateDirectory(PathOf("images"));
        Write(Path.Combine("images", "cat.png"), "no photo");

        using var run = ProgramRun.CommandLine("eval", "captions", "--data", _folder, "--cache", PathOf("cache"), "--json");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("cat.png", (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("whole", "has no captioning head")]
    [InlineData(".", "several models")]
    public async Task EvalCaptions_ModelThatWillNotDo_SaysWhy(string model, string expected)
    {
        ModelFolders.WriteTo(PathOf("models"), ModelFolders.Goldfish);

        using var run = ProgramRun.CommandLine(
            "eval", "captions", "--data", _folder, "--cache", PathOf("cache"), "--models", Path.Combine(PathOf("models"), model), "--json");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvalVqa_ModelTaughtInOneEpoch_GivesEveryFigureInItsRange()
    {
        Write("train.tsv", "room.png\twhat is this ?\tcat", "room.png\twhat is that ?\tcat", "room.png\twhat is there ?\tcat");
        Write("test.tsv", "cat.png\twhat is this ?\tcat", "cat.png\thow many are there ?\t2");
        Write("captions.tsv", [.. Enumerable.Repeat("dog.png\tTwo brown dogs are running in the snow .", 5)]);
        Write("dev.txt", "dog.png");
        foreach (var photo in new[] { "room.png", "cat.png", "dog.png" })
            File.Copy(Photos.CatPath, Path.Combine(Directory.CreateDirectory(PathOf("images")).FullName, photo));
        using var training = ProgramRun.CommandLine("train", "vqa", "--rooms", _folder, "--output", PathOf("model"), "--epochs", "1", "--depth", "1");
        Assert.Equal(0, await training.EndAsync());

        string[] question = ["eval", "vqa", "--rooms", _folder, "--captions", _folder, "--split", "dev", "--models", PathOf("model")];
        using var json = ProgramRun.CommandLine([.. question, "--blind-models", PathOf("model"), "--cache", PathOf("cache"), "--json"]);
        using var words = ProgramRun.CommandLine(question);

        Assert.Equal((0, 0), (await json.EndAsync(), await words.EndAsync()));
        var sets = JsonNode.Parse(json.Output)!["sets"]!.AsArray();
        Assert.Equal(["DAQUAR, test questions", "questions made of the captions of Flickr8k's dev split"], sets.Select(set => (string?)set!["data"]));
        var all = sets[0]!["kinds"]![0]!;
        Assert.Equal(("all", 2, 0.5), ((string?)all["kind"], (int?)all["questionCount"], (double?)all["known"]));
        Assert.Equal(["thing", "count"], sets[0]!["kinds"]!.AsArray().Skip(1).Select(kind => (string?)kind!["kind"]));
        Assert.All(["photo", "otherPhoto", "noPhoto", "questionsOnly"], view => Assert.Equal(0.5, (double?)all[view]!["mean"]));
        Assert.All(sets[1]!["kinds"]!.AsArray(), kind => Assert.Equal(0, (double?)kind!["photo"]!["mean"]));
        Assert.Contains("50.0 (50.0 to 50.0)", words.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvalVqa_ModelWithoutAHead_IsNamed()
    {
        using var run = ProgramRun.CommandLine("eval", "vqa", "--rooms", _folder, "--models", EmbeddedWithoutHeads(), "--json");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("has no answering head", (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("captions.tsv", "train", "captions", "--data", "DATA", "--output", "OUT")]
    [InlineData("train.tsv", "train", "vqa", "--rooms", "DATA", "--output", "OUT")]
    [InlineData("captions.tsv", "eval", "captions", "--data", "DATA", "--cache", "OUT")]
    public async Task Command_DataAbsent_NamesTheFile(string expected, params string[] arguments)
    {
        using var run = ProgramRun.CommandLine([.. arguments.Select(argument => argument switch
        {
            "DATA" => _folder,
            "OUT" => PathOf("out"),
            _ => argument,
        })]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, (run.Output + run.Errors).ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--epochs", "0", "train", "captions", "--data", "x", "--output", "y")]
    [InlineData("--depth", "0", "train", "vqa", "--rooms", "x", "--output", "y")]
    [InlineData("--held-out", "1", "train", "vqa", "--rooms", "x", "--output", "y")]
    [InlineData("--size", "384", "train", "vqa", "--rooms", "x", "--output", "y")]
    [InlineData("--size", "0x288", "train", "captions", "--data", "x", "--output", "y")]
    [InlineData("--split", "train", "eval", "vqa", "--rooms", "x")]
    [InlineData("--beams", "0", "eval", "captions", "--data", "x", "--cache", "y")]
    [InlineData("--split", "train", "eval", "captions", "--data", "x", "--cache", "y")]
    public async Task Command_OptionOutOfRange_IsRefusedByItsName(string option, string value, params string[] arguments)
    {
        using var run = ProgramRun.CommandLine([.. arguments, option, value]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(option == "--split" ? "'train'" : option, run.Errors, StringComparison.Ordinal);
    }

    private string EmbeddedWithoutHeads()
    {
        ModelFolders.WriteTo(PathOf("models"), ModelFolders.Goldfish);
        return Path.Combine(PathOf("models"), "whole");
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, params string[] lines) => File.WriteAllLines(PathOf(name), lines);
}
