using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.FunctionalTests;

/// <summary>What the command line says about itself, and to who mistypes something.</summary>
public sealed class HelpTests
{
    [Fact]
    public async Task NoArguments_AreAnsweredByTheCommandsAndOne()
    {
        using var nothing = ProgramRun.CommandLine();
        using var help = ProgramRun.CommandLine("--help");

        Assert.Equal((1, 0), (await nothing.EndAsync(), await help.EndAsync()));
        Assert.Equal(help.Output, nothing.Output);
        string[] commands =
        [
            "explain", "gallery", "caption", "ask", "video", "compare", "compare-models", "perturb", "evidence", "sanity", "audit", "models", "serve",
            "health", "eval", "train",
        ];
        Assert.All(commands, command => Assert.Contains($"\n  {command} ", help.Output, StringComparison.Ordinal));
        Assert.Contains("No command needs a server", help.Output, StringComparison.Ordinal);
        Assert.Contains("gradcam explain cat.jpg", help.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain", "gradcam explain cat.jpg --class", "gradcam models --labels WORD", "GRADCAM_SERVER")]
    [InlineData("ask", "the photo, a JPEG", "one of those that the head reads", "where is it")]
    public async Task Help_OfACommand_HasItsOptionsAndExamples(string command, params string[] expected)
    {
        using var run = ProgramRun.CommandLine(command, "--help");

        Assert.Equal(0, await run.EndAsync());
        Assert.All(expected, text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
        Assert.Contains("Examples:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandOfCommandsAlone_IsAnsweredByThem()
    {
        using var run = ProgramRun.CommandLine("eval");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("faithfulness", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no option '--clas'; did you mean --class?", "explain", "a.png", "--clas", "281")]
    [InlineData("there is no option '--thread'; did you mean --threads?", "serve", "--thread", "3")]
    [InlineData("there is no option '--jsn'; did you mean --json?", "models", "--jsn")]
    [InlineData("there is no command 'explan'; did you mean explain?", "explan", "a.png")]
    [InlineData("there is no command 'x'; there are explain, gallery", "x")]
    [InlineData("nothing is expected at '3'", "serve", "3")]
    [InlineData("--method: 'gradcm' is not known; did you mean grad-cam", "explain", "a.png", "--method", "gradcm")]
    [InlineData("--format: 'gif' is not known; there are png, jpeg, webp", "explain", "a.png", "--format", "gif")]
    [InlineData("--opacity: 'much' is not a number from 0 to 1", "explain", "a.png", "--opacity", "much")]
    [InlineData("--steps: 'x' is not a whole number from 1 to 200", "evidence", "a.png", "--steps", "x")]
    [InlineData("--pairs: 'x' is not a whole number, 1 or more", "eval", "discrimination", "--data", "x", "--pairs", "x")]
    public async Task MistypedThing_IsToldInALineWithWhatWasMeant(string expected, params string[] arguments)
    {
        using var run = ProgramRun.CommandLine(arguments);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(expected, run.Errors.Split('\n')[0], StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("gradcam", "grad-cam")]
    [InlineData("GradCAM++", "grad-cam-plus-plus")]
    [InlineData("grad_cam_plus_plus", "grad-cam-plus-plus")]
    [InlineData("LayerCAM", "layer-cam")]
    [InlineData("hirescam", "hires-cam")]
    [InlineData("xgrad-cam", "xgrad-cam")]
    [InlineData("grad", null)]
    public void Canonical_MethodHoweverWritten_IsItsName(string text, string? expected)
    {
        Assert.Equal(expected, MethodNames.Canonical(text, MethodNames.All));
    }

    [Theory]
    [InlineData("--tresh", "did you mean --threshold?")]
    [InlineData("--x", null)]
    [InlineData("--nothing-like-it", null)]
    public void Meant_Text_IsWhatIsSpeltNearlySo(string text, string? expected)
    {
        Assert.Equal(expected, Choices.Meant(text, ["--threshold", "--top-k", "--out"]));
    }

    [Fact]
    public void Shown_FileInTheFolderOrElsewhere_IsRelativeOrInFull()
    {
        var here = Environment.CurrentDirectory;

        Assert.Equal(Path.Combine("out", "a.png"), FileNames.Shown(Path.Combine(here, "out", "a.png")));
        Assert.Equal(Path.GetFullPath("/elsewhere/a.png"), FileNames.Shown("/elsewhere/a.png"));
    }
}
