using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;

namespace GradCamGrpc.Server.Draining;

/// <summary>The health service. Its watches end once the server drains, after they have told so: else they would hold it up.</summary>
internal sealed class DrainableHealth(Drain drain) : HealthServiceImpl
{
    /// <inheritdoc />
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // A watch ends when its call does, and tells before what there is to tell.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, drain.Begun);
        await base.Watch(request, responseStream, new EndedCall(context, end.Token));
        if (!context.CancellationToken.IsCancellationRequested)
            throw Drain.Refusal;
    }
}
