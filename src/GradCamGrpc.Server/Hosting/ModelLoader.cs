using GradCamGrpc.Server.Draining;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Reloading;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Hosting;

/// <summary>Loads the models once the server listens, and then, where it should, what changes in their folders.</summary>
internal sealed class ModelLoader(
    ServerOptions options,
    ModelCatalog catalog,
    RepositoryFollower repository,
    ServingHealth health,
    IHostApplicationLifetime lifetime,
    ServerState state,
    Drain drain,
    TimeProvider time,
    ILogger<ModelLoader> logger) : BackgroundService
{
    /// <summary>Runs before the server listens: nobody is ever told that a service is unknown.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        health.Begin();

        // Whoever asks or watches is told first.
        lifetime.ApplicationStopping.Register(() =>
        {
            health.Drain();
            drain.Begin();
        });
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A server that cannot listen need not load anything.
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(() => listens.TrySetResult()))
        await using (stoppingToken.Register(() => listens.TrySetCanceled(stoppingToken)))
            await listens.Task;

        if (options.ModelControl is not ModelControl.None)
            await repository.LookAsync(stoppingToken);
        else if (!await TryStartAllAsync(stoppingToken))
            return;
        catalog.Complete();
        health.Update();
        state.Ready();
        if (options.ModelControl is ModelControl.Poll)
            await FollowAsync(stoppingToken);
    }

    /// <summary>Follows the folders until the server drains: what begins to load then would be for nobody, and hold up the end.</summary>
    private async Task FollowAsync(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, drain.Begun);
        using var timer = new PeriodicTimer(options.ModelPoll, time);
        try
        {
            while (await timer.WaitForNextTickAsync(end.Token))
                await repository.LookAsync(end.Token);
        }
        catch (OperationCanceledException) when (drain.Begun.IsCancellationRequested)
        {
        }
    }

    /// <summary>Starts the models, all of which are known. One that fails ends the server.</summary>
    private async Task<bool> TryStartAllAsync(CancellationToken stopping)
    {
        foreach (var model in catalog.Models)
        {
            if (stopping.IsCancellationRequested)
                return false;
            try
            {
                await model.StartAsync();
                health.Update();
            }
            catch (Exception fault)
            {
                logger.ModelFailed(fault, model.Name);
                state.Failed(fault);
                lifetime.StopApplication();
                return false;
            }
        }
        return true;
    }
}
