using GradCamGrpc.Batching;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Inference;

/// <summary>
/// Refuses a call before its message is read, where the one model that its caller may use has no room: an overloaded server has better to do
/// than to read photos that it will not look at. What else is wrong with such a call is not seen. Where there are several models, the message
/// says which one is meant.
/// </summary>
internal static class QueueFront
{
    /// <summary>Answers calls of gRPC for which there is no room, and passes on the rest.</summary>
    public static Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<QueuedAttribute>() is null || CallPriority.Of(context.Request) is not { } priority)
            return next(context);
        var models = context.RequestServices.GetRequiredService<CallModels>();
        if (models.OnlyOne is not { } model || model.ObjectionTo(new ClientShare(ClientKey.Of(context)), priority) is not { } objection)
            return next(context);

        // The log of calls names the models that a call has held.
        models.Find(model.Name);
        return GrpcStatus.WriteAsync(context, StatusMapper.ToStatus(objection));
    }
}
