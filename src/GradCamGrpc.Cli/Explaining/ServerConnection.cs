using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>A server to talk to: one somewhere, or one of our own in this process. Both give the same answers by the same code.</summary>
internal sealed class ServerConnection : IAsyncDisposable
{
    /// <summary>Photos that run together at most in a server here: on a CPU one takes hardly longer in so many than in more.</summary>
    private const int Batch = 4;

    private readonly GrpcChannel _channel;
    private readonly GradCamServer? _own;

    private ServerConnection(Uri address, SocketsHttpHandler handler, CallerCredentials caller, GradCamServer? own, int? maxPhotoBytes)
    {
        _own = own;
        Address = own is null ? address : null;
        MaxPhotoBytes = maxPhotoBytes;
        _channel = GrpcChannel.ForAddress(
            address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null });
        var invoker = _channel.Intercept(caller.AddTo);
        Captioning = new CaptioningService.CaptioningServiceClient(invoker);
        Classification = new ClassificationService.ClassificationServiceClient(invoker);
        Comparison = new ComparisonService.ComparisonServiceClient(invoker);
        Evidence = new EvidenceService.EvidenceServiceClient(invoker);
        Video = new VideoService.VideoServiceClient(invoker);
        Vqa = new VqaService.VqaServiceClient(invoker);
        Models = new ModelService.ModelServiceClient(invoker);
    }

    /// <summary>The server's address; null for our own, which nobody has heard of.</summary>
    public Uri? Address { get; }

    /// <summary>Bytes of a photo at most; null where only the server knows.</summary>
    public int? MaxPhotoBytes { get; }

    public CaptioningService.CaptioningServiceClient Captioning { get; }

    public ClassificationService.ClassificationServiceClient Classification { get; }

    public ComparisonService.ComparisonServiceClient Comparison { get; }

    public EvidenceService.EvidenceServiceClient Evidence { get; }

    public VideoService.VideoServiceClient Video { get; }

    public VqaService.VqaServiceClient Vqa { get; }

    public ModelService.ModelServiceClient Models { get; }

    /// <summary>A server somewhere. It is connected to with the first call.</summary>
    /// <exception cref="InvalidDataException">A file of certificates is of no use.</exception>
    public static ServerConnection To(Uri server, ServerTrust trust) =>
        new(server, trust.Handler(), CallerCredentials.FromEnvironment(), own: null, maxPhotoBytes: null);

    /// <summary>
    /// How a server here runs: where nothing is set, by one network for all cores, and on a CPU batches are not measured, since a command has few photos
    /// and waits for the start.
    /// </summary>
    /// <param name="models">The models to load; null for those that the environment names.</param>
    internal static ServerOptions OptionsOfOwn(string? models)
    {
        var options = ServerOptions.FromEnvironment(models);
        return options with
        {
            Instances = options.Instances ?? 1,
            Queue = options.Queue with { UnmeasuredBatch = options.Devices.All(device => device.IsCpu) ? Batch : null },
        };
    }

    /// <summary>Starts a server here.</summary>
    /// <param name="models">The models to load; null for those that the environment names.</param>
    public static async Task<ServerConnection> OpenOwnAsync(string? models)
    {
        var options = OptionsOfOwn(models);
        var own = GradCamServer.Build(options, logging => logging.ClearProviders());
        try
        {
            await own.StartAsync();
            await own.WhenReady;
            return new ServerConnection(own.Address, new ServerTrust(null, null, null).Handler(), new CallerCredentials(null, null), own, options.Images.MaxBytes);
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
