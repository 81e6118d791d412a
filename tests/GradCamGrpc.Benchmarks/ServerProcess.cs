using System.Diagnostics;

namespace GradCamGrpc.Benchmarks;

/// <summary>The server as a program of its own, so that no client shares a process with it.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Welcome = "serves on ";

    private readonly Process _process;

    private ServerProcess(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>Starts it on a free port, and waits until its model is ready. It knows no photo again: each costs a pass.</summary>
    public static async Task<ServerProcess> StartAsync()
    {
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "GradCamGrpc.Server.dll"),
                "--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off", "--activation-cache", "0",
            },
            RedirectStandardOutput = true,
        };
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf(Welcome, StringComparison.Ordinal) is >= 0 and var at)
                address.TrySetResult(line.Data[(at + Welcome.Length)..].Split(' ')[0].TrimEnd('.'));
            if (line.Data?.Contains(" is ready: ", StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        process.Exited += (_, _) => address.TrySetException(new InvalidOperationException("The server ended before it served."));
        process.Start();
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, await address.Task);
        await ready.Task;
        return server;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
