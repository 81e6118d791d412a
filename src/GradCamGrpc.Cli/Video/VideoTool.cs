using System.ComponentModel;
using System.Diagnostics;

namespace GradCamGrpc.Cli.Video;

/// <summary>A run of ffmpeg or ffprobe. What it complains about is in its fault's message.</summary>
internal sealed class VideoTool : IDisposable
{
    private readonly string _name;
    private readonly string _work;
    private readonly Process _process;
    private readonly Task<string> _complaints;

    private VideoTool(string name, string work, Process process)
    {
        _name = name;
        _work = work;
        _process = process;
        _complaints = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What the tool writes.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What the tool reads, where it is fed.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <param name="name">The program.</param>
    /// <param name="work">What it is to do, such as "read 'cat.mp4'".</param>
    /// <param name="isFed">Whether this process feeds it; else it has our own standard input.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="VideoToolException">It is not there.</exception>
    public static VideoTool Start(string name, string work, bool isFed, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(name, ["-v", "error", .. arguments])
        {
            RedirectStandardInput = isFed,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new VideoTool(name, work, Process.Start(start)!);
        }
        catch (Win32Exception)
        {
            throw new VideoToolException($"{name} is needed and is not there; on Debian and Ubuntu: apt-get install ffmpeg");
        }
    }

    /// <summary>Waits until it has done its work.</summary>
    /// <exception cref="VideoToolException">It failed.</exception>
    public async Task EndAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        if (_process.ExitCode == 0)
            return;
        var lines = (await _complaints).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        throw new VideoToolException($"{_name} cannot {_work}: {lines.LastOrDefault() ?? $"it ended with status {_process.ExitCode}"}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
