using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Telemetry;
using Grpc.Health.V1;
using Grpc.HealthCheck;

namespace GradCamGrpc.Server.Hosting;

/// <summary>Loads the models once the server listens, and tells the health service how far that is.</summary>
internal sealed class ModelLoader(
    ModelCatalog catalog, HealthServiceImpl health, IHostApplicationLifetime lifetime, ServerState state, ILogger<ModelLoader> logger) : BackgroundService
{
    /// <summary>The name by which the health service is asked whether the process answers at all, loading and draining included.</summary>
    private const string Liveness = "liveness";

    // The empty name is the server as a whole.
    private static readonly string[] Services =
    [
        "",
        CaptioningService.Descriptor.FullName,
        ClassificationService.Descriptor.FullName,
        ComparisonService.Descriptor.FullName,
        EvidenceService.Descriptor.FullName,
        ModelService.Descriptor.FullName,
        MultiTaskService.Descriptor.FullName,
        VideoService.Descriptor.FullName,
        VqaService.Descriptor.FullName,
    ];

    /// <summary>Runs before the server listens: nobody is ever told that a service is unknown.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        health.SetStatus(Liveness, HealthCheckResponse.Types.ServingStatus.Serving);
        SetHealth(HealthCheckResponse.Types.ServingStatus.NotServing);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A server that cannot listen need not load anything.
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(() => listens.TrySetResult()))
        await using (stoppingToken.Register(() => listens.TrySetCanceled(stoppingToken)))
            await listens.Task;

        lifetime.ApplicationStopping.Register(() =>
        {
            logger.Draining();
            SetHealth(HealthCheckResponse.Types.ServingStatus.NotServing);
        });
        foreach (var model in catalog.Models)
        {
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                await model.StartAsync();
            }
            catch (Exception fault)
            {
                logger.ModelFailed(fault, model.Name);
                state.Failed(fault);
                lifetime.StopApplication();
                return;
            }
        }
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
            SetHealth(HealthCheckResponse.Types.ServingStatus.Serving);
        state.Ready();
    }

    private void SetHealth(HealthCheckResponse.Types.ServingStatus status)
    {
        foreach (var service in Services)
            health.SetStatus(service, status);
    }
}
