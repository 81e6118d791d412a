using System.Diagnostics;
using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace GradCamGrpc.Benchmarks;

/// <summary>A server in a process of its own, which can be killed and started again at the same address.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="threads">Threads within one tensor operation.</param>
internal sealed class ServerReplica(IPEndPoint address, int threads) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private Process? _process;

    public IPEndPoint Address => address;

    /// <summary>Starts it, and waits until it serves.</summary>
    public async Task StartAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "GradCamGrpc.Server.dll");
        string[] arguments = [program, "--listen", $"{address}", "--http", "off", "--metrics", "off", "--threads", $"{threads}"];
        _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();

        using var channel = GrpcChannel.ForAddress($"http://{address}");
        var health = new Health.HealthClient(channel);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience; await Task.Delay(Pause))
        {
            if (await ServesAsync(health))
                return;
        }
        throw new TimeoutException($"the server at {address} does not serve within {Patience}");
    }

    /// <summary>Ends it as a machine that loses its power does: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
    }

    private static async Task<bool> ServesAsync(Health.HealthClient health)
    {
        try
        {
            var answer = await health.CheckAsync(new HealthCheckRequest());
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable)
        {
            return false;
        }
    }
}
