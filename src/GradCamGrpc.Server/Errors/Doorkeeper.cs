using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Services;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace GradCamGrpc.Server.Errors;

/// <summary>
/// Refuses calls for which a model has no room before anything of them is read: under a flood most calls end here, and what they cost is
/// taken from those that are answered. Where several models are served the message tells which is meant, and is read.
/// </summary>
internal sealed class Doorkeeper(RequestDelegate next, ModelCatalog catalog)
{
    private const string GrpcContentType = "application/grpc";

    /// <summary>Answers what is refused, and passes on the rest.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        ModelsFirst.GiveWay();
        if (catalog.Only is not { } model || !AsksModel(context) || Caller.Of(context) is not { } caller || model.TurnAway(caller) is not { } refusal)
            return next(context);
        return GrpcStatus.WriteAsync(context, StatusMapper.ToStatus(refusal));
    }

    private static bool AsksModel(HttpContext context) =>
        context.GetEndpoint()?.Metadata is { } metadata
        && metadata.GetMetadata<AsksModelAttribute>() is not null
        && metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Type is MethodType.Unary or MethodType.ServerStreaming
        && context.Request.ContentType?.StartsWith(GrpcContentType, StringComparison.Ordinal) == true;
}
