using System.Net;

namespace GradCamGrpc.Benchmarks;

/// <summary>A server in a process of its own, which can be killed and started again at the same address.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="threads">Threads within one tensor operation.</param>
internal sealed class ServerReplica(IPEndPoint address, int threads) : IDisposable
{
    private ServerProcess? _process;

    public IPEndPoint Address => address;

    /// <summary>Starts it, and waits until its model is ready.</summary>
    public async Task StartAsync() => _process = await ServerProcess.StartAsync($"{address}", "--threads", $"{threads}");

    /// <inheritdoc />
    public void Dispose() => Kill();

    /// <summary>Kills it; it may be down already.</summary>
    public void Kill()
    {
        _process?.Dispose();
        _process = null;
    }
}
