using System.Collections.Concurrent;
using System.Diagnostics;

namespace GradCamGrpc.Benchmarks;

/// <summary>The server as a program of its own, so that no client shares a process with it.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Welcome = "serves on ";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines;

    private ServerProcess(Process process, string address, ConcurrentQueue<string> lines) =>
        (_process, Address, _lines) = (process, address, lines);

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>Bytes of memory that it has at this moment.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What it has written so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>What it took of all cores together since its start.</summary>
    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    /// <summary>Starts it, and waits until its model is ready.</summary>
    /// <param name="listen">The host and port; port 0 takes a free one.</param>
    /// <param name="options">Options of the server besides, names and values.</param>
    public static async Task<ServerProcess> StartAsync(string listen, params IEnumerable<string> options)
    {
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
        };
        string[] program = [Path.Combine(AppContext.BaseDirectory, "GradCamGrpc.Server.dll"), "--listen", listen, "--http", "off", "--metrics", "off"];
        foreach (var argument in program.Concat(options))
            start.ArgumentList.Add(argument);
        var lines = new ConcurrentQueue<string>();
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                lines.Enqueue(line.Data);
            if (line.Data?.IndexOf(Welcome, StringComparison.Ordinal) is >= 0 and var at)
                address.TrySetResult(line.Data[(at + Welcome.Length)..].Split(' ')[0].TrimEnd('.'));
            if (line.Data?.Contains(" is ready: ", StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        process.Exited += (_, _) =>
        {
            var fault = new InvalidOperationException($"The server at {listen} ended before it served.");
            address.TrySetException(fault);
            ready.TrySetException(fault);
        };
        process.Start();
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, await address.Task, lines);
        await ready.Task;
        return server;
    }

    /// <summary>Asks it to stop, as an operator's tool does: SIGTERM.</summary>
    /// <returns>Its exit status, once it has ended.</returns>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends it as a machine that loses its power does: SIGKILL.</summary>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
