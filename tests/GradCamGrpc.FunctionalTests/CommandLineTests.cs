using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Google.Protobuf;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary>The command line as a program.</summary>
public sealed class CommandLineTests(RunningServer server) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Explain_AgainstAServer_WritesThePictures()
    {
        using var run = ProgramRun.CommandLine("explain", Photos.CatPath, "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("cat", run.Output, StringComparison.Ordinal);
        var picture = Assert.Single(_folder.GetFiles());
        Assert.StartsWith("chelsea.", picture.Name, StringComparison.Ordinal);
        Assert.EndsWith(".overlay.png", picture.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_InProcess_GivesTheServersAnswer()
    {
        using var here = ProgramRun.CommandLine("explain", Photos.CatPath, "--json", "--output", "raw", "--out", Path.Combine(_folder.FullName, "here"));
        using var there = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--json", "--output", "raw", "--out", Path.Combine(_folder.FullName, "there"), "--server", server.Address.ToString());

        Assert.Equal((0, 0), (await here.EndAsync(), await there.EndAsync()));
        Assert.Equal(Files("here").Select(file => file.Name), Files("there").Select(file => file.Name));
        var (ours, theirs) = (JsonNode.Parse(here.Output)!, JsonNode.Parse(there.Output)!);
        Assert.True(JsonNode.DeepEquals(ours["prediction"]!["classes"]![0]!["label"], theirs["prediction"]!["classes"]![0]!["label"]));
        Assert.Equal(7 * 7 * 4, Files("here").Single().Length);
    }

    [Fact]
    public async Task Explain_SeveralClasses_WritesAContactSheet()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--class", "281", "--class", "tiger cat", "--top-k", "2", "--json",
            "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "contact-sheet.png")));
    }

    [Fact]
    public async Task Explain_OneOfThreePhotosIsBad_TheOthersAreExplainedAndTheEndIsOne()
    {
        var text = Path.Combine(_folder.FullName, "letter.jpg");
        await File.WriteAllTextAsync(text, "Dear all", TestContext.Current.CancellationToken);

        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, text, "nowhere.jpg", "--json", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(3, lines.Length);
        Assert.Single(lines[0]["maps"]!.AsArray());
        Assert.Contains("InvalidArgument", (string?)lines[1]["error"], StringComparison.Ordinal);
        Assert.Contains("nowhere.jpg", (string?)lines[2]["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gallery_MethodThatTheLayerCannotHave_IsNamedAndTheOthersAreDrawn()
    {
        using var run = ProgramRun.CommandLine(
            "gallery", Photos.CatPath, "--method", "grad-cam", "--method", "cam", "--method", "saliency", "--layer", "blocks.6.0",
            "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("cam needs a layer", run.Output, StringComparison.Ordinal);
        var file = Assert.Single(_folder.GetFiles());
        Assert.Equal("chelsea.gallery.jpg", file.Name);
        using var sheet = Photos.Decode(ByteString.CopyFrom(await File.ReadAllBytesAsync(file.FullName, Cancellation)));

        // Three of the best classes in each of two rows.
        Assert.Equal((3 * (256 + 12) + 12, 2 * (256 + 22 + 12) + 12), (sheet.Width, sheet.Height));
    }

    [Fact]
    public async Task Explain_MistypedOption_IsNoPhotoAndNothingRuns()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--layr", "bn2", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("'--layr'", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task Explain_NothingListensThere_SaysWhere()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://{listener.LocalEndpoint}/";
        listener.Stop();

        using var run = ProgramRun.CommandLine("explain", Photos.CatPath, "--json", "--server", address, "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal($"no server answers at {address}", (string?)JsonNode.Parse(run.Output)!["error"]);
    }

    [Fact]
    public async Task Explain_ModelDoesNotLoad_SaysWhy()
    {
        var model = Path.Combine(_folder.FullName, "model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        var manifest = Path.Combine(model, "model.json");
        await File.WriteAllTextAsync(
            manifest, (await File.ReadAllTextAsync(manifest, Cancellation)).Replace("\"bn2\"", "\"bn3\"", StringComparison.Ordinal), Cancellation);

        using var run = ProgramRun.CommandLine("explain", Photos.CatPath, "--json", "--models", model, "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("'bn3'", (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_ContrastAndScore_AreAsked()
    {
        using var contrast = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--json", "--class", "282", "--contrast", "tabby", "--server", server.Address.ToString(), "--out", _folder.FullName);
        using var counterfactual = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--json", "--score", "counterfactual", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal((0, 0), (await contrast.EndAsync(), await counterfactual.EndAsync()));
        Assert.Equal(281, (int?)Score(contrast)["contrast"]!["index"]);
        Assert.Equal("SCORE_KIND_COUNTERFACTUAL", (string?)Score(counterfactual)["kind"]);

        static JsonNode Score(ProgramRun run) => JsonNode.Parse(run.Output)!["maps"]![0]!["provenance"]!["score"]!;
    }

    [Fact]
    public async Task Explain_MistypedClass_NamesNearOnes()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--class", "taby", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("tabby", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_AgainstAServer_ListsAndDescribes()
    {
        using var list = ProgramRun.CommandLine("models", "--json", "--server", server.Address.ToString());
        using var full = ProgramRun.CommandLine("models", "embedded", "--server", server.Address.ToString());

        Assert.Equal((0, 0), (await list.EndAsync(), await full.EndAsync()));
        Assert.Equal("embedded", (string?)JsonNode.Parse(list.Output)!["name"]);
        Assert.Contains("blocks.3.0", full.Output, StringComparison.Ordinal);
    }

    private FileInfo[] Files(string folder) => new DirectoryInfo(Path.Combine(_folder.FullName, folder)).GetFiles();
}
