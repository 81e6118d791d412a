using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam audit</c>, its figures and as a program.</summary>
public sealed partial class AuditTests : IDisposable
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&.png";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Data => Path.Combine(_folder.FullName, "data");

    private string Out => Path.Combine(_folder.FullName, "out");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ClassAudit_FourPhotos_AveragesWhatThereIs()
    {
        var figures = ClassAudit.Of(
        [
            Photo("a", 0.9, 7, inside: 0.8, border: 0.1),
            Photo("b", 0.1, 3, inside: 0.2, border: 0.5),
            Photo("c", 0.2, 7, inside: null, border: null),
            Photo("d", 0.6, 7, inside: 0.5, border: 0.3),
        ]);

        Assert.Equal((7, "label 7", 4, 1), (figures.ClassIndex, figures.Label, figures.PhotoCount, figures.BlankMaps));
        Assert.Equal(0.75, figures.Top1, 12);
        Assert.Equal(0.45, figures.MeanProbability, 12);
        Assert.Equal(0.5, figures.EnergyInside!.Value, 12);
        Assert.Equal(0.25, figures.BoxArea!.Value, 12);
        Assert.Equal(0.3, figures.BorderEnergy!.Value, 12);
        Assert.Equal(["c", "b", "d"], figures.Worst);
    }

    [Fact]
    public void Worst_NoBoxes_AreTheLeastProbable() => Assert.Equal(
        ["b", "c"],
        WorstPhotos.Of([Photo("a", 0.9, 7, null, 0.1), Photo("b", 0.1, 3, null, 0.2), Photo("c", 0.2, 7, null, null)], 2).Select(photo => photo.File));

    [Fact]
    public void Confusions_SeveralPairs_AreThoseOfMostPhotosFirst()
    {
        var confusions = Confusion.Of(
        [
            Photo("a", 0.1, 3, null, 0.1), Photo("b", 0.1, 5, null, 0.1), Photo("c", 0.1, 5, null, 0.1), Photo("d", 0.9, 7, null, 0.1),
            Photo("e", 0.1, 7, null, 0.1) with { ClassIndex = 5, Label = "label 5" },
        ]);

        Assert.Equal([(7, 5, 2), (5, 7, 1), (7, 3, 1)], confusions.Select(pair => (pair.ClassIndex, pair.Predicted, pair.PhotoCount)));
        Assert.Equal([0.5, 1, 0.25], confusions.Select(pair => pair.Share));
        Assert.Equal(("label 7", "label 5"), (confusions[0].Label, confusions[0].PredictedLabel));
    }

    [Fact]
    public void Page_HostileNamesAndLabels_AreTextOnly()
    {
        var photo = Photo(Hostile, 0.1, 3, 0.2, 0.1) with { Label = "</td><script>alert(1)</script>", PredictedLabel = "<b>bold</b>" };

        var page = Page(photo, new SkippedPhoto(Hostile, "<i>because</i>"));

        Assert.Contains("<bdi>&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;.png</bdi>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;bold&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("&lt;i&gt;because&lt;/i&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_Everything_IsReadableWithoutSightAndNeedsNothingElse()
    {
        var page = Page(Photo("a.png", 0.1, 3, 0.2, 0.1), new SkippedPhoto("b.png", "it is damaged"));

        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
        Assert.NotEmpty(Pictures().Matches(page));
        Assert.All(Pictures().Matches(page), picture => Assert.Matches("^<img src=\"data:image/jpeg;base64,[A-Za-z0-9+/=]+\" alt=\"[^\"]+\">$", picture.Value));
        Assert.All(HeaderCells().Matches(page), cell => Assert.Matches("scope=\"(col|row)\"", cell.Value));
        Assert.Equal(4, Tables().Count(page));
        Assert.Equal(4, Captions().Count(page));
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        foreach (var tag in new[] { "html", "head", "body", "main", "table", "thead", "tbody", "tr", "th", "td", "figure", "article", "div", "ul", "li", "p", "dl" })
            Assert.Equal(Regex.Count(page, $"<{tag}[ >]"), Regex.Count(page, $"</{tag}>"));
    }

    /// <summary>What covers the whole photo holds all of any map; what covers two pixels of its lower corner, next to none.</summary>
    [Fact]
    public async Task Audit_BoxAroundEverythingAndInACorner_EnergyIsOneAndAlmostNone()
    {
        WriteBoxes(
            ("all.png", "282\tn02123159\t0\t0\t451\t300"),
            ("corner.png", "281\tn02123045\t449\t298\t451\t300"),
            ("missing.png", "281\tn02123045\t0\t0\t9\t9"));

        using var run = ProgramRun.CommandLine("audit", Data, "--out", Out, "--json");

        Assert.Equal(1, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        var classes = result["classes"]!.AsArray();
        Assert.Equal([281, 282], classes.Select(figures => (int)figures!["classIndex"]!));
        Assert.InRange((double)classes[0]!["energyInside"]!, 0, 0.001);
        Assert.Equal(1, (double)classes[1]!["energyInside"]!, 12);
        Assert.Equal([4.0 / (451 * 300), 1], classes.Select(figures => (double)figures!["boxArea"]!));
        Assert.EndsWith("corner.png", (string?)result["worst"]![0]!["file"], StringComparison.Ordinal);
        Assert.EndsWith("missing.png", (string?)Assert.Single(result["skipped"]!.AsArray())!["file"], StringComparison.Ordinal);

        var written = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "report.json"), TestContext.Current.CancellationToken))!;
        Assert.True(JsonNode.DeepEquals(result["classes"], written["classes"]));
        var page = await File.ReadAllTextAsync(Path.Combine(Out, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("missing.png", page, StringComparison.Ordinal);
        Assert.Equal(1 + 2 * 2, Pictures().Count(page));
    }

    [Fact]
    public async Task Audit_FoldersOfClasses_AreFoundByIndexAndLabelAndTheUnreadableIsListed()
    {
        WriteClass("282", "cat.png", Hostile);
        WriteClass("Egyptian cat", "chelsea.png", ".hidden");
        await File.WriteAllTextAsync(Path.Combine(Data, "282", "letter.jpg"), "Dear all", TestContext.Current.CancellationToken);

        using var run = ProgramRun.CommandLine("audit", Data, "--out", Out);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("letter.jpg", run.Errors, StringComparison.Ordinal);
        var result = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "report.json"), TestContext.Current.CancellationToken))!;
        Assert.False((bool)result["hasBoxes"]!);
        Assert.Equal([(282, 2), (285, 1)], result["classes"]!.AsArray().Select(figures => ((int)figures!["classIndex"]!, (int)figures["photoCount"]!)).Order());
        Assert.All(result["photos"]!.AsArray(), photo => Assert.Null(photo!["energyInside"]));
        Assert.Equal(Path.Combine("282", "letter.jpg"), (string?)Assert.Single(result["skipped"]!.AsArray())!["file"]);
        var page = await File.ReadAllTextAsync(Path.Combine(Out, "report.html"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotContain("in the boxes", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_AllIsWell_EndsWithZeroAndTakesSoManyPhotosOfEachClass()
    {
        WriteClass("282", "a.png", "b.png");
        WriteClass("285", "c.png", "d.png");

        using var run = ProgramRun.CommandLine("audit", Data, "--out", Out, "--photos", "1", "--method", "saliency", "--json");

        Assert.Equal(0, await run.EndAsync());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal(["282/a.png", "285/c.png"], result["photos"]!.AsArray().Select(photo => ((string)photo!["file"]!).Replace('\\', '/')));
        Assert.Null(result["layer"]);
        Assert.Equal((string?)result["files"]!["page"], Path.Combine(Out, "report.html"));
    }

    [Fact]
    public async Task Audit_NoPhotoCanBeUsed_SaysSoAndWritesNothing()
    {
        Directory.CreateDirectory(Path.Combine(Data, "282"));
        await File.WriteAllTextAsync(Path.Combine(Data, "282", "letter.jpg"), "Dear all", TestContext.Current.CancellationToken);

        using var run = ProgramRun.CommandLine("audit", Data, "--out", Out, "--json");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("none of 1 photos", (string?)JsonNode.Parse(run.Output)!["error"], StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void Read_FoldersNameNoClasses_SaysEveryFault()
    {
        WriteClass("cat", "a.png");
        WriteClass("1000", "a.png");
        WriteClass("bird of paradise", "a.png");

        var fault = Assert.Throws<EvaluationException>(() => LabelledPhotos.Read(Data, Labels()));

        Assert.Contains("'cat' may mean cat, tabby (0); cat, tiger (1)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'1000' is not from 0 to 2", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'bird of paradise' is no class", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoFolderOrAnEmptyOne_SaysWhatIsNeeded()
    {
        Assert.Contains("no folder", Assert.Throws<EvaluationException>(() => LabelledPhotos.Read(Data, Labels())).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(Data, "dog"));
        Assert.Contains("boxes.tsv", Assert.Throws<EvaluationException>(() => LabelledPhotos.Read(Data, Labels())).Message, StringComparison.Ordinal);
    }

    private static LabelIndex Labels() => new(["cat, tabby", "cat, tiger", "dog"]);

    private static AuditedPhoto Photo(string file, double probability, int predicted, double? inside, double? border) =>
        new(file, 7, "label 7", probability, predicted, $"label {predicted}", 0.9, inside, inside / 2, border);

    private static string Page(AuditedPhoto photo, SkippedPhoto skipped)
    {
        var result = new AuditResult(
            "data", "model", "grad-cam", "layer", true, 0.5, [ClassAudit.Of([photo])], Confusion.Of([photo]), [photo], [skipped], [photo]);
        return AuditPage.Write(new Audit(result, new Dictionary<int, ClassPictures> { [7] = new([1, 2, 3], [4, 5, 255], 0.5) }, [6, 7]));
    }

    private void WriteBoxes(params (string File, string Row)[] photos)
    {
        var images = Directory.CreateDirectory(Path.Combine(Data, "images"));
        foreach (var (file, _) in photos.Where(photo => photo.File != "missing.png"))
            File.Copy(Photos.CatPath, Path.Combine(images.FullName, file));
        File.WriteAllLines(Path.Combine(Data, "boxes.tsv"), photos.Select(photo => $"{photo.File}\t{photo.Row}"));
    }

    private void WriteClass(string name, params string[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Data, name));
        foreach (var file in files)
            File.Copy(Photos.CatPath, Path.Combine(folder.FullName, file));
    }

    [GeneratedRegex("<img[^>]*>")]
    private static partial Regex Pictures();

    [GeneratedRegex("<th[ >][^>]*>")]
    private static partial Regex HeaderCells();

    [GeneratedRegex("<table>")]
    private static partial Regex Tables();

    [GeneratedRegex("<caption>")]
    private static partial Regex Captions();
}
