using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Google.Protobuf;
using GradCamGrpc.Imaging;
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

    [Theory]
    [InlineData("", 0, "serves", "")]
    [InlineData("liveness", 0, "serves", "")]
    [InlineData("gradcam.v1.VqaService", 0, "serves", "")]
    [InlineData("nobody", 1, "", "has no service 'nobody'")]
    public async Task Health_OfAServerThatServes_IsItsExitStatus(string service, int status, string output, string errors)
    {
        using var run = ProgramRun.CommandLine("health", "--server", server.Address.ToString(), "--service", service);

        Assert.Equal(status, await run.EndAsync());
        Assert.Equal(output, run.Output.Trim());
        Assert.Contains(errors, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NobodyListens_IsOneAndSaysSo()
    {
        using var run = ProgramRun.CommandLine("health", "--server", "http://127.0.0.1:1");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("no server answers at http://127.0.0.1:1", run.Errors, StringComparison.Ordinal);
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
        Assert.StartsWith("the ", (string?)lines[1]["error"], StringComparison.Ordinal);
        Assert.Equal(("nowhere.jpg", "there is no such file"), ((string?)lines[2]["photo"], (string?)lines[2]["error"]));
    }

    [Fact]
    public async Task Gallery_MethodThatTheLayerCannotHave_IsNamedAndTheOthersAreDrawn()
    {
        using var run = ProgramRun.CommandLine(
            "gallery", Photos.CatPath, "--method", "grad-cam", "--method", "cam", "--method", "saliency", "--layer", "blocks.6.0",
            "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("cam needs a layer", run.Errors, StringComparison.Ordinal);
        var file = Assert.Single(_folder.GetFiles());
        Assert.Equal("chelsea.gallery.jpg", file.Name);
        using var sheet = Photos.Decode(ByteString.CopyFrom(await File.ReadAllBytesAsync(file.FullName, Cancellation)));

        // Three of the best classes in each of two rows.
        Assert.Equal((3 * (256 + 12) + 12, 2 * (256 + 22 + 12) + 12), (sheet.Width, sheet.Height));
    }

    /// <summary>The one that is asked takes calls and never answers.</summary>
    [Theory]
    [InlineData("explain", 1)]
    [InlineData("explain", 2)]
    [InlineData("compare", 1, "--truth", "282")]
    [InlineData("evidence", 2)]
    public async Task AnyCommand_SignalledWhileItWaits_EndsWithoutAStackTrace(string command, int signals, params string[] options)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var run = ProgramRun.CommandLine([command, Photos.CatPath, .. options, "--server", $"http://{listener.LocalEndpoint}"]);
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);

        for (var i = 0; i < signals; i++)
            run.Terminate();

        // 128 and the signal's number: whether the program or the system ends it.
        Assert.Equal(128 + 15, await run.EndAsync());
        Assert.DoesNotContain("   at ", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gallery", "--method", "grad-cam", "--top-k", "1")]
    [InlineData("compare", "--truth", "282")]
    [InlineData("perturb")]
    public async Task SeveralPhotos_OneIsMissingAndOneIsAFolder_BothAreNamedAndTheLastIsAnswered(string command, params string[] options)
    {
        using var run = ProgramRun.CommandLine(
            [command, "nowhere.png", _folder.FullName, Photos.CatPath, .. options, "--server", server.Address.ToString(), "--out", _folder.FullName]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("nowhere.png", run.Errors, StringComparison.Ordinal);
        Assert.Contains("it is a folder; a photo is needed", run.Errors, StringComparison.Ordinal);
        Assert.NotEmpty(_folder.GetFiles("chelsea.*"));
        Assert.DoesNotContain("   at ", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_Json_HasTheFiguresOfEachMap()
    {
        using var run = ProgramRun.CommandLine(
            "evidence", Photos.CatPath, "nowhere.jpg", "--class", "tiger cat", "--method", "grad-cam", "--method", "saliency", "--box", "60,10,330,290",
            "--baselines", "--steps", "2", "--json", "--server", server.Address.ToString());

        Assert.Equal(1, await run.EndAsync());
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(("nowhere.jpg", "there is no such file"), ((string?)lines[1]["photo"], (string?)lines[1]["error"]));
        var maps = lines[0]["evidence"]!.AsArray();
        Assert.Equal(4, maps.Count);
        Assert.All(maps, map =>
        {
            Assert.Equal(3, map!["deletion"]!["points"]!.AsArray().Count);
            Assert.InRange((double)map["energyInside"]!, 0.5, 1);
            Assert.NotNull(map["pointing"]);
        });
        Assert.Equal("BASELINE_RANDOM", (string?)maps[2]!["baseline"]!["baseline"]);
    }

    [Fact]
    public async Task Evidence_Table_HasARowForEachMapAndOnlyWhatWasMeasured()
    {
        using var run = ProgramRun.CommandLine(
            "evidence", Photos.CatPath, "--measure", "occlusion-correlation", "--baselines", "--server", server.Address.ToString());

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("(a blob in the middle)", run.Output, StringComparison.Ordinal);
        Assert.Contains("occlusion", run.Output, StringComparison.Ordinal);
        Assert.Contains("↑: the more the better; ↓: the less the better", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("--baselines", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("deletion", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--box", "1,2,3")]
    [InlineData("--box", "1,2,3,NaN")]
    [InlineData("--measure", "beauty")]
    public async Task Evidence_MistypedValue_IsRefused(string option, string value)
    {
        using var run = ProgramRun.CommandLine("evidence", Photos.CatPath, option, value, "--server", server.Address.ToString());

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(value, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_MistypedOption_IsNoPhotoAndNothingRuns()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--layr", "bn2", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("there is no option '--layr'; did you mean --layer", run.Errors, StringComparison.Ordinal);
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
        Assert.Equal(281, (int?)Score(contrast)["contrast"]!["classIndex"]);
        Assert.Equal("SCORE_KIND_COUNTERFACTUAL", (string?)Score(counterfactual)["kind"]);
        Assert.Equal(
            ["chelsea.282-tiger-cat.counterfactual.bn2.overlay.png", "chelsea.282-tiger-cat.not-281-tabby.bn2.overlay.png"],
            _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));

        static JsonNode Score(ProgramRun run) => JsonNode.Parse(run.Output)!["maps"]![0]!["provenance"]!["score"]!;
    }

    [Fact]
    public async Task Explain_WeightedSumFusedAndSmoothed_IsAskedAndTheFilesSaySo()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--term", "tiger cat=2", "--term", "goldfish, Carassius auratus=-0.5", "--layer", "bn2", "--layer", "blocks.4.2",
            "--fuse", "maximum", "--smooth", "eigen", "--smooth", "augmentation", "--json", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        var provenance = JsonNode.Parse(run.Output)!["maps"]!.AsArray().Single()!["provenance"]!;
        Assert.Equal("chelsea.sum-282-001.maximum-of-2-layers.grad-cam+augmentation+eigen.overlay.png", Assert.Single(_folder.GetFiles()).Name);
        Assert.Equal("LAYER_FUSION_MAXIMUM", (string?)provenance["layerFusion"]);
        Assert.Equal([2, -0.5], provenance["score"]!["weightedClasses"]!["terms"]!.AsArray().Select(term => (double)term!["weight"]!));
        Assert.NotNull(provenance["method"]!["augmentationSmoothing"]);
        Assert.Equal("CHANNEL_REDUCTION_PRINCIPAL_COMPONENT", (string?)provenance["method"]!["channelReduction"]);
    }

    [Fact]
    public async Task Explain_WeightedSum_IsSaidInWordsAndFusedLayersAreCounted()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--term", "282=1", "--term", "285=-0.5", "--term", "1=3", "--term", "2=1", "--layer", "bn2", "--layer", "blocks.4.2",
            "--fuse", "mean", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("why tiger cat - 0.5 Egyptian cat + 3 goldfish and 1 more at mean of 2 layers by grad-cam", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiger cat")]
    [InlineData("=1")]
    [InlineData("tiger cat=much")]
    public async Task Explain_TermWithoutAWeight_SaysWhatIsNeeded(string term)
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--term", term, "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains($"--term: '{term}' is not CLASS=WEIGHT", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task Gallery_SmoothedMethods_AreDrawnAndThoseThatCannotBeAreNamed()
    {
        using var run = ProgramRun.CommandLine(
            "gallery", Photos.CatPath, "--method", "grad-cam", "--method", "eigen-cam", "--smooth", "eigen", "--top-k", "1",
            "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("eigen-cam is a principal component already", run.Errors, StringComparison.Ordinal);
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public async Task Explain_MistypedClass_NamesNearOnes()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--class", "taby", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("tabby", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_BoxesMasksAndPeak_AreInTheLineAndThePicturesAreWritten()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--json", "--output", "boxes", "--output", "mask", "--output", "graded-mask", "--output", "peak",
            "--threshold", "0.4", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        var map = JsonNode.Parse(run.Output.Split('\n')[0])!["maps"]![0]!;
        var (box, peak) = (map["boxes"]![0]!["rectangle"]!, map["peak"]!["point"]!);
        Assert.InRange((double)peak["x"]!, (double)box["x"]!, (double)box["x"]! + (double)box["width"]!);
        Assert.InRange((double)peak["y"]!, (double)box["y"]!, (double)box["y"]! + (double)box["height"]!);
        string[] written = [.. map["files"]!.AsArray().Select(file => (string)file!)];
        Assert.Equal(["boxes.png", "mask.png", "graded-mask.png"], written.Select(file => string.Join('.', Path.GetFileName(file).Split('.')[^2..])));

        // The box's left side, in the middle, is drawn on the photo; its middle is the photo's own.
        using var photo = Photos.Decode(ByteString.CopyFrom(Photos.Cat));
        using var outlined = Photos.Decode(ByteString.CopyFrom(await File.ReadAllBytesAsync(written[0], Cancellation)));
        var (x, y) = ((int)(double)box["x"]!, (int)((double)box["y"]! + (double)box["height"]! / 2));
        Assert.Equal(photo.Bytes.Length, outlined.Bytes.Length);
        Assert.False(Pixel(photo, x, y).SequenceEqual(Pixel(outlined, x, y)));
        x += (int)((double)box["width"]! / 2);
        Assert.True(Pixel(photo, x, y).SequenceEqual(Pixel(outlined, x, y)));

        using var mask = Photos.Decode(ByteString.CopyFrom(await File.ReadAllBytesAsync(written[1], Cancellation)));
        Assert.Equal(255, Pixel(mask, (int)(double)peak["x"]!, (int)(double)peak["y"]!)[0]);

        static ReadOnlySpan<byte> Pixel(PixelBuffer picture, int x, int y) => picture.Row(y).Slice(x * PixelBuffer.Channels, PixelBuffer.Channels);
    }

    [Fact]
    public async Task Explain_Segments_AreWrittenWithTheirLegend()
    {
        string[] arguments =
        [
            "explain", Photos.CatPath, "--class", "282", "--class", "Egyptian cat", "--output", "boxes", "--output", "peak",
            "--segment", "strongest", "--segment", "seed-cues", "--server", server.Address.ToString(), "--out", _folder.FullName,
        ];
        // One after the other: both write the same files.
        using var json = ProgramRun.CommandLine([.. arguments, "--json"]);
        var statusOfJson = await json.EndAsync();
        using var words = ProgramRun.CommandLine(arguments);

        Assert.Equal((0, 0), (statusOfJson, await words.EndAsync()));
        var segments = JsonNode.Parse(json.Output.Split('\n')[0])!["labelImages"]!.AsArray();
        Assert.Equal(["chelsea.bn2.strongest.png", "chelsea.bn2.seed-cues.png"], segments.Select(found => Path.GetFileName((string)found!["file"]!)));
        Assert.Equal([282, 285], segments[0]!["labels"]!.AsArray().Select(label => (int)label!["score"]!["explainedClass"]!["classIndex"]!));
        using var picture = Photos.Decode(ByteString.CopyFrom(await File.ReadAllBytesAsync((string)segments[0]!["file"]!, Cancellation)));
        Assert.Equal(new byte[] { 0, 1, 2 }, picture.Bytes.ToArray().Where((_, i) => i % PixelBuffer.Channels == 0).Distinct().Order());
        Assert.Contains("1 is tiger cat", words.Output, StringComparison.Ordinal);
        Assert.Contains("2 is Egyptian cat", words.Output, StringComparison.Ordinal);
        Assert.Contains("box of ", words.Output, StringComparison.Ordinal);
        Assert.Contains("peak at (", words.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_BadThreshold_SaysWhichField()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--json", "--output", "mask", "--threshold", "1.5", "--segment", "strongest",
            "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        var error = (string?)JsonNode.Parse(run.Output)!["error"];
        Assert.Contains("--threshold: 1.5 is not from 0 to 1", error, StringComparison.Ordinal);
        Assert.Contains("--segment: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_APhotoIsMissing_IsNamedOnceAndNothingIsOnTheOutput()
    {
        using var run = ProgramRun.CommandLine("explain", "nowhere.jpg", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal(("", "nowhere.jpg: there is no such file"), (run.Output.Trim(), run.Errors.Trim()));
    }

    /// <summary>The folder of models is empty, so that whoever loads it says so.</summary>
    [Theory]
    [InlineData("explain", true)]
    [InlineData("gallery", true)]
    [InlineData("caption", true)]
    [InlineData("evidence", false)]
    public async Task NoServer_NoPhotoIsThere_IsSaidBeforeModelsAreLoaded(string command, bool writes)
    {
        var models = _folder.CreateSubdirectory("models").FullName;
        string[] options = ["--models", models, .. writes ? ["--out", _folder.FullName] : Array.Empty<string>()];

        using var missing = ProgramRun.CommandLine([command, "nowhere.jpg", .. options]);
        using var there = ProgramRun.CommandLine([command, Photos.CatPath, .. options]);

        Assert.Equal((1, 1), (await missing.EndAsync(), await there.EndAsync()));
        Assert.Equal("nowhere.jpg: there is no such file", missing.Errors.Trim());
        Assert.Contains(models, there.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_UnknownLabel_SpeaksOfTheOptionAndSaysHowToFindLabels()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--class", "cat", "--class", "", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.StartsWith($"{Photos.CatPath}: --class: 'cat' may mean tabby, tabby cat (281); tiger cat (282); ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("; --class: a label is needed", run.Errors, StringComparison.Ordinal);
        Assert.Contains("gradcam models --labels WORD", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("targets", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_MethodAsThePaperWritesIt_IsThatMethod()
    {
        using var run = ProgramRun.CommandLine(
            "explain", Photos.CatPath, "--method", "Grad-CAM++", "--method", "layercam", "--method", "gradcam", "--json",
            "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        var methods = JsonNode.Parse(run.Output.Split('\n')[0])!["maps"]!.AsArray().Select(map => map!["provenance"]!["method"]!);
        Assert.All(methods.Zip(["gradCamPlusPlus", "layerCam", "gradCam"]), pair => Assert.NotNull(pair.First[pair.Second]));
    }

    [Fact]
    public async Task Gallery_OutFolderIsElsewhere_IsToldInFull()
    {
        using var run = ProgramRun.CommandLine(
            "gallery", Photos.CatPath, "--method", "grad-cam", "--top-k", "1", "--server", server.Address.ToString(), "--out", _folder.FullName);

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains(Path.Combine(_folder.FullName, "chelsea.gallery.jpg"), run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_NoBaselines_SaysHowToCompare()
    {
        using var run = ProgramRun.CommandLine("evidence", Photos.CatPath, "--measure", "deletion", "--steps", "2", "--server", server.Address.ToString());

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("--baselines tells what a random map", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_Labels_AreThoseWithTheWordInThemTheMostFittingFirst()
    {
        using var words = ProgramRun.CommandLine("models", "--labels", "cat", "--server", server.Address.ToString());
        using var json = ProgramRun.CommandLine("models", "embedded", "--labels", "--json", "--server", server.Address.ToString());
        using var none = ProgramRun.CommandLine("models", "embedded", "--labels", "xyzzy", "--server", server.Address.ToString());

        Assert.Equal((0, 0, 1), (await words.EndAsync(), await json.EndAsync(), await none.EndAsync()));
        Assert.Equal(
            ["281  tabby, tabby cat", "282  tiger cat", "283  Persian cat"],
            words.Output.Split('\n').Take(3).Select(line => line.Trim()));
        var lines = json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(1000, lines.Length);
        Assert.Equal((285, "Egyptian cat"), ((int)lines[285]["index"]!, (string?)lines[285]["label"]));
        Assert.Contains("no label of the model 'embedded' has 'xyzzy' in it", none.Errors, StringComparison.Ordinal);
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
