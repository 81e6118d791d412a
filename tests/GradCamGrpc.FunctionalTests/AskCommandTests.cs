using System.Text.Json.Nodes;
using Google.Protobuf;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam ask</c> as a program, against a server whose answers are random.</summary>
public sealed class AskCommandTests(AnsweringServer answering) : IClassFixture<AnsweringServer>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Ask_TwoQuestions_TellsTheLikeliestAnswersAndDrawsNothing()
    {
        using var json = Run("ask", Photos.CatPath, "What color is the cat?", "how many zebras", "--top-k", "2", "--json");
        using var words = Run("ask", Photos.CatPath, "how many zebras");

        Assert.Equal((0, 0), (await json.EndAsync(), await words.EndAsync()));
        var line = JsonNode.Parse(json.Output)!;
        Assert.Equal([2, 2], line["prediction"]!["questions"]!.AsArray().Select(question => question!["answers"]!.AsArray().Count));
        Assert.Empty(line["maps"]!.AsArray());
        Assert.Contains("how many zebras (not known: zebras)", words.Output, StringComparison.Ordinal);
        Assert.Equal(5, AnsweringServer.Answers.Count(answer => words.Output.Contains($"%  {answer}", StringComparison.Ordinal)));
        Assert.DoesNotContain("all together", words.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_Maps_AreAStripOfThePhotoAndAnAnswerToEachQuestion()
    {
        using var run = Draw("ask", Photos.CatPath, "what color is the cat", "where is the dog", "--method", "layer-cam", "--layer", "bn2", "--json");

        Assert.Equal(0, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        var questions = line["prediction"]!["questions"]!.AsArray();
        var answers = line["maps"]!.AsArray().Select(map => map!["provenance"]!["score"]!["answer"]!).ToArray();
        Assert.Equal(["what color is the cat", "where is the dog"], answers.Select(answer => (string?)answer["question"]));
        Assert.Equal(questions.Select(question => (string?)question!["answers"]![0]!["text"]), answers.Select(answer => (string?)answer["text"]));
        using var strip = Photos.Decode(ByteString.CopyFrom(await File.ReadAllBytesAsync((string)line["contactSheet"]!, TestContext.Current.CancellationToken)));
        Assert.Equal((3 * 268 + 12, 302), (strip.Width, strip.Height));
    }

    [Fact]
    public async Task Ask_AnswerContrastAndWordsLeftOut_AreAskedAndNamed()
    {
        using var run = Draw("ask", Photos.CatPath, "what color", "--answer", "garbage bin", "--contrast", "red", "--leave-words-out");

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("what garbage_bin rather than red gains without: what ", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            [
                "chelsea.answers.00-garbage-bin.not-red.png", "chelsea.answers.01-garbage-bin.not-red.without-what.png",
                "chelsea.answers.02-garbage-bin.not-red.without-color.png", "chelsea.answers.png",
            ],
            _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--contrast goes with --answer", "what", "--contrast", "red")]
    [InlineData("there is no option '--map'", "what", "--map")]
    [InlineData("green", "what", "--answer", "green")]
    [InlineData("score-cam", "what", "--maps", "--method", "score-cam")]
    public async Task Ask_WhatDoesNotFit_IsRefused(string expected, params string[] arguments)
    {
        using var run = Draw(["ask", Photos.CatPath, .. arguments]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task Ask_SecondPhoto_IsNoQuestion()
    {
        using var run = Run("ask", Photos.CatPath, Photos.CatPath, "what color is the cat");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains($"'{Photos.CatPath}' is a file and no question", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--answer: the answer 'green' is not known", "what color", "--answer", "green")]
    [InlineData("question 2: ", "what color", "")]
    public async Task Ask_ServerRefuses_SaysWhichQuestionOrOption(string expected, params string[] arguments)
    {
        using var run = Run(["ask", Photos.CatPath, .. arguments, "--json"]);

        Assert.Equal(1, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        Assert.Equal(Photos.CatPath, (string?)line["photo"]);
        Assert.Contains(expected, (string?)line["error"], StringComparison.Ordinal);
    }

    private ProgramRun Run(params string[] arguments) => ProgramRun.CommandLine([.. arguments, "--server", answering.Server.Address.ToString()]);

    private ProgramRun Draw(params string[] arguments) => Run([.. arguments, "--out", _folder.FullName]);
}
