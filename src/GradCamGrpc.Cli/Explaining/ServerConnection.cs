using System.Net;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>A server to talk to: one somewhere, or one of our own in this process. Both give the same answers by the same code.</summary>
internal sealed class ServerConnection : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly GradCamServer? _own;

    private ServerConnection(Uri address, GradCamServer? own)
    {
        _own = own;
        Address = address;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        Captioning = new CaptioningService.CaptioningServiceClient(_channel);
        Classification = new ClassificationService.ClassificationServiceClient(_channel);
        Comparison = new ComparisonService.ComparisonServiceClient(_channel);
        Evidence = new EvidenceService.EvidenceServiceClient(_channel);
        Video = new VideoService.VideoServiceClient(_channel);
        Vqa = new VqaService.VqaServiceClient(_channel);
        Models = new ModelService.ModelServiceClient(_channel);
    }

    public Uri Address { get; }

    public CaptioningService.CaptioningServiceClient Captioning { get; }

    public ClassificationService.ClassificationServiceClient Classification { get; }

    public ComparisonService.ComparisonServiceClient Comparison { get; }

    public EvidenceService.EvidenceServiceClient Evidence { get; }

    public VideoService.VideoServiceClient Video { get; }

    public VqaService.VqaServiceClient Vqa { get; }

    public ModelService.ModelServiceClient Models { get; }

    /// <param name="server">A server's address; null to start one here.</param>
    /// <param name="models">The models to load here; null for those that the environment names.</param>
    public static async Task<ServerConnection> OpenAsync(Uri? server, string? models)
    {
        if (server is not null)
            return new ServerConnection(server, own: null);

        var options = ServerOptions.FromEnvironment(models) with { Listen = new IPEndPoint(IPAddress.Loopback, 0), Http = null, Metrics = null };
        var own = GradCamServer.Build(options, logging => logging.ClearProviders());
        try
        {
            await own.StartAsync();
            await own.WhenReady;
            return new ServerConnection(own.Address, own);
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (_own is not null)
        {
            await _own.StopAsync();
            await _own.DisposeAsync();
        }
    }
}
