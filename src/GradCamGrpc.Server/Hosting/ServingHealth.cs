using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using Grpc.Health.V1;
using Grpc.HealthCheck;

namespace GradCamGrpc.Server.Hosting;

/// <summary>Tells the health service what serves: the process, the server with each of its services, and each model.</summary>
internal sealed class ServingHealth(HealthServiceImpl health, ModelCatalog catalog)
{
    /// <summary>The name by which the health service is asked whether the process answers at all, loading and draining included.</summary>
    private const string Liveness = "liveness";

    /// <summary>What a model's name is written behind.</summary>
    private const string ModelPrefix = "models/";

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

    private readonly Lock _lock = new();
    private HashSet<string> _told = [];
    private volatile bool _isDraining;
    private volatile bool _isReady;

    /// <summary>Whether calls are answered: once all models are loaded, and until the server is asked to stop.</summary>
    public bool IsServing => _isReady && !_isDraining;

    /// <summary>The process answers, and nothing serves yet.</summary>
    public void Begin()
    {
        health.SetStatus(Liveness, HealthCheckResponse.Types.ServingStatus.Serving);
        Update();
    }

    /// <summary>Tells which models there are. The server serves where all of them are ready, and there is one at least.</summary>
    public void Update()
    {
        lock (_lock)
        {
            var models = catalog.Models;
            foreach (var model in models)
                health.SetStatus($"{ModelPrefix}{model.Name}", Status(model.IsReady));
            _isReady = catalog.IsComplete && models.Count > 0 && models.All(model => model.IsReady);
            foreach (var service in Services)
                health.SetStatus(service, Status(_isReady));

            HashSet<string> names = [.. models.Select(model => model.Name)];
            foreach (var gone in _told.Except(names))
                health.ClearStatus($"{ModelPrefix}{gone}");
            _told = names;
        }
    }

    /// <summary>Nothing serves any more.</summary>
    public void Drain()
    {
        lock (_lock)
            _isDraining = true;
        Update();
    }

    private HealthCheckResponse.Types.ServingStatus Status(bool isReady) => isReady && !_isDraining
        ? HealthCheckResponse.Types.ServingStatus.Serving
        : HealthCheckResponse.Types.ServingStatus.NotServing;
}
