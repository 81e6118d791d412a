using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Streaming;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.MultiTaskService</c>.</summary>
internal sealed class MultiTaskGrpcService(MultiTaskExplainer explainer) : MultiTaskService.MultiTaskServiceBase
{
    /// <inheritdoc />
    [Queued]
    public override Task Explain(
        MultiTaskServiceExplainRequest request, IServerStreamWriter<MultiTaskServiceExplainResponse> responseStream, ServerCallContext context) =>
        responseStream.WriteAllAsync(explainer.ExplainAsync(request, Caller.Of(context), context.CancellationToken), context.CancellationToken);
}
