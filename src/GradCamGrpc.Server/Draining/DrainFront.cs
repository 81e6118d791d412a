using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Http;
using Grpc.Health.V1;

namespace GradCamGrpc.Server.Draining;

/// <summary>Accepts calls as they come in, before anything of their messages is read, and refuses them once the server drains.</summary>
internal sealed class DrainFront(Drain drain)
{

    private static readonly PathString HealthPath = $"/{Health.Descriptor.FullName}";

    /// <summary>Passes on what is accepted, and who asks after the server's health.</summary>
    public Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (drain.TryEnter())
        {
            context.Response.OnCompleted(() =>
            {
                drain.Leave();
                return Task.CompletedTask;
            });
            return next(context);
        }
        return context.Request.Path.StartsWithSegments(HealthPath, StringComparison.Ordinal) || HealthPaths.Has(context.Request.Path)
            ? next(context)
            : RefuseAsync(context);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        var status = StatusMapper.ToStatus(Drain.Refusal);
        if (GrpcContent.IsOf(context.Request))
            return GrpcStatus.WriteAsync(context, status);
        context.Response.Headers.Connection = "close";
        return JsonStatus.WriteAsync(context, status);
    }
}
