using System.Net;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(GradCamGrpc.FunctionalTests.RunningServer))]

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server on a free port, with the embedded model, and a client of it.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly GradCamServer _server;
    private GrpcChannel? _channel;

    public RunningServer()
        : this(options => options)
    {
    }

    /// <param name="configure">Changes how it runs.</param>
    /// <param name="log">Where its log goes; null for nowhere.</param>
    /// <param name="drainClock">Measures how long it drains; null for the system's clock.</param>
    internal RunningServer(Func<ServerOptions, ServerOptions> configure, ILoggerProvider? log = null, TimeProvider? drainClock = null)
    {
        var options = ServerOptions.Default with
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Metrics = new IPEndPoint(IPAddress.Loopback, 0),

            // What is in a batch is told beforehand where one network runs them, and libtorch's threads are the whole process's.
            Instances = 1,

            // As many classes of tests run side by side as there are cores.
            Threads = 1,
            Queue = ServerOptions.Default.Queue with { UnmeasuredBatch = 4 },
        };
        _server = GradCamServer.Build(
            configure(options),
            logging =>
            {
                logging.ClearProviders();
                if (log is not null)
                    logging.AddProvider(log);
            },
            drainClock);
    }

    public Uri Address => _server.Address;

    public Uri HttpAddress => _server.HttpAddress!;

    public Uri MetricsAddress => _server.MetricsAddress!;

    public bool HasCutCalls => _server.HasCutCalls;

    public Task WhenReady => _server.WhenReady;

    internal GrpcChannel Channel => _channel ??= GrpcChannel.ForAddress(Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });

    internal CaptioningService.CaptioningServiceClient Captioning => new(Channel);

    internal ClassificationService.ClassificationServiceClient Classification => new(Channel);

    internal ComparisonService.ComparisonServiceClient Comparison => new(Channel);

    internal EvidenceService.EvidenceServiceClient Evidence => new(Channel);

    internal ModelService.ModelServiceClient Models => new(Channel);

    internal MultiTaskService.MultiTaskServiceClient MultiTask => new(Channel);

    internal VideoService.VideoServiceClient Video => new(Channel);

    internal VqaService.VqaServiceClient Vqa => new(Channel);

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await WhenReady;
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    internal Task StartAsync() => _server.StartAsync();

    internal Task StopAsync() => _server.StopAsync();
}
