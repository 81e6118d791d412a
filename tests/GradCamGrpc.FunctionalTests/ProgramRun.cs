using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace GradCamGrpc.FunctionalTests;

/// <summary>One of our programs in a process of its own, which ends with the test.</summary>
internal sealed partial class ProgramRun : IDisposable
{
    private const string ServerVariable = "GRADCAM_SERVER";
    private const int SigInt = 2;
    private const int SigTerm = 15;

    /// <summary>What the one who runs the tests has set is not meant for our programs, which set up the native libraries themselves.</summary>
    private static readonly string[] Hidden =
    [
        ServerVariable, "GLIBC_TUNABLES", "GOMP_SPINCOUNT", "LD_PRELOAD",
        "DOTNET_ThreadPool_ForceMinWorkerThreads", "DOTNET_HillClimbing_Disable", "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS",
    ];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Dictionary<string, TaskCompletionSource<string>> _awaited = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _hasSaidAll;

    private ProgramRun(string folder, string assembly, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> variables)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, assembly), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };

        foreach (var name in Hidden)
            start.Environment.Remove(name);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            Collect(_output, line.Data);
            if (line.Data is null)
                HasSaidAll();
        };
        _process.ErrorDataReceived += (_, line) => Collect(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Options of a server whose start is not what a test is about: it has one network, and nothing to measure.</summary>
    public static IReadOnlyList<string> QuickStart { get; } = ["--instances", "1", "--max-batch", "4", "--max-delay", "0"];

    public static ProgramRun Server(params string[] arguments) => In(AppContext.BaseDirectory, "GradCamGrpc.Server.dll", arguments);

    /// <summary>The command line, where the environment names a server.</summary>
    public static ProgramRun CommandLineAt(string server, params string[] arguments) => new(AppContext.BaseDirectory, "gradcam.dll", arguments, (ServerVariable, server));

    public static ProgramRun CommandLine(params string[] arguments) => In(AppContext.BaseDirectory, "gradcam.dll", arguments);

    /// <summary>Runs a command with variables of the environment.</summary>
    public static ProgramRun CommandLine(string command, params IEnumerable<(string Name, string Value)> variables) =>
        new(AppContext.BaseDirectory, "gradcam.dll", [command], variables);

    /// <summary>The command line with several arguments, and variables of the environment.</summary>
    public static ProgramRun CommandLine(IReadOnlyList<string> arguments, params IEnumerable<(string Name, string Value)> variables) =>
        new(AppContext.BaseDirectory, "gradcam.dll", arguments, variables);

    /// <summary>Runs a program that lies in a folder.</summary>
    public static ProgramRun In(string folder, string assembly, params string[] arguments) => new(folder, assembly, arguments);

    /// <summary>The server, started in another folder than its own.</summary>
    public static ProgramRun ServerFrom(string folder, params string[] arguments) =>
        new(folder, Path.Combine(AppContext.BaseDirectory, "GradCamGrpc.Server.dll"), arguments);

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>Whether this process ignores SIGINT, as what a shell runs in the background may: its children do, too.</summary>
    public static bool IgnoresInterrupt
    {
        get
        {
            const string Ignored = "SigIgn:";
            var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Ignored, StringComparison.Ordinal))[Ignored.Length..];
            return (Convert.ToUInt64(mask.Trim(), 16) >> (SigInt - 1) & 1) != 0;
        }
    }

    /// <summary>Whether the process, which runs, was started with a library in front of all others.</summary>
    public bool HasPreloaded(string library) =>
        File.ReadAllText($"/proc/{_process.Id}/environ").Split('\0').Contains($"LD_PRELOAD={library}")
        && File.ReadAllText($"/proc/{_process.Id}/maps").Contains(library, StringComparison.Ordinal);

    /// <summary>Waits for a line that holds a text.</summary>
    /// <exception cref="InvalidOperationException">The program ended without it.</exception>
    public Task<string> LineWithAsync(string text)
    {
        lock (_gate)
        {
            var seen = _output.ToString().Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
            if (seen is not null)
                return Task.FromResult(seen);
            if (_hasSaidAll)
                throw Unsaid(text);
            if (!_awaited.TryGetValue(text, out var source))
                _awaited[text] = source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            return source.Task.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks the process to stop, as an operator's tool does.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, SigTerm));

    /// <summary>Asks the process to stop, as Ctrl+C does.</summary>
    public void Interrupt() => Assert.Equal(0, Kill(_process.Id, SigInt));

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Collect(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            text.AppendLine(line);
            foreach (var (wanted, source) in _awaited)
            {
                if (line.Contains(wanted, StringComparison.Ordinal))
                    source.TrySetResult(line);
            }
        }
    }

    private void HasSaidAll()
    {
        lock (_gate)
        {
            _hasSaidAll = true;
            foreach (var (wanted, source) in _awaited)
                source.TrySetException(Unsaid(wanted));
        }
    }

    private InvalidOperationException Unsaid(string text) => new($"the program ended without a line with '{text}': {_errors}");

    private string Text(StringBuilder text)
    {
        lock (_gate)
            return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
