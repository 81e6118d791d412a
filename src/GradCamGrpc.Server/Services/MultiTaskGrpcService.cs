using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.MultiTaskService</c>.</summary>
internal sealed class MultiTaskGrpcService(MultiTaskExplainer explainer) : MultiTaskService.MultiTaskServiceBase
{
    /// <inheritdoc />
    [Queued]
    public override async Task Explain(
        MultiTaskServiceExplainRequest request, IServerStreamWriter<MultiTaskServiceExplainResponse> responseStream, ServerCallContext context)
    {
        await foreach (var part in explainer.ExplainAsync(request, Caller.Of(context), context.CancellationToken))
            await responseStream.WriteAsync(part, context.CancellationToken);
    }
}
