using System.Diagnostics.Metrics;
using GradCamGrpc.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace GradCamGrpc.Server.Tests;

/// <summary>Metrics of a server that is not there.</summary>
internal sealed class TestMetrics : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TestMetrics() => Server = new ServerMetrics(_services.GetRequiredService<IMeterFactory>(), TimeProvider.System);

    public ServerMetrics Server { get; }

    public void Dispose()
    {
        Server.Dispose();
        _services.Dispose();
    }
}
