using System.Diagnostics;

namespace GradCamGrpc.FunctionalTests;

/// <summary><c>gradcam video</c> as a program, with ffmpeg.</summary>
public sealed class VideoCommandTests(RunningServer server) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Film => Path.Combine(_folder.FullName, "film.mp4");

    private string Written => Path.Combine(_folder.FullName, "written.mp4");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Video_File_WritesAFilmOfAsManyFrames()
    {
        await MakeFilmAsync();

        using var run = ProgramRun.CommandLine("video", Film, "--out", Written, "--every", "2", "--smoothing", "0.5", "--server", server.Address.ToString());

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("10 frames, 5 explained, 0 of them", run.Output, StringComparison.Ordinal);

        // Sides are made even, for H.264 has them so.
        Assert.Equal("130,98,10", await ToolAsync(
            "ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=width,height,nb_read_frames", "-of", "csv=p=0", Written));
    }

    [Fact]
    public async Task Video_WrongSmoothing_SaysSo()
    {
        await MakeFilmAsync();

        using var run = ProgramRun.CommandLine("video", Film, "--out", Written, "--smoothing", "2", "--server", server.Address.ToString());

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("2 is not from 0 to 1", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Video_NoFilm_SaysSo()
    {
        Assert.SkipUnless(IsThere("ffprobe"), "ffmpeg is not there");
        var letter = Path.Combine(_folder.FullName, "letter.mp4");
        await File.WriteAllTextAsync(letter, "Dear all", TestContext.Current.CancellationToken);

        using var run = ProgramRun.CommandLine("video", letter, "--out", Written, "--server", server.Address.ToString());

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("ffprobe", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Written));
    }

    /// <summary>Ten frames of 129 x 97 at 25 a second, on which something moves.</summary>
    private async Task MakeFilmAsync()
    {
        Assert.SkipUnless(IsThere("ffmpeg"), "ffmpeg is not there");
        await ToolAsync("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=129x97:rate=25:duration=0.4", "-pix_fmt", "yuv444p", Film);
    }

    private static bool IsThere(string tool) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool)));

    private static async Task<string> ToolAsync(string name, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
