using System.Globalization;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Http;
using Grpc.Core;
using Grpc.Health.V1;

namespace GradCamGrpc.Server.Draining;

/// <summary>Accepts calls as they come in, before anything of their messages is read, and refuses them once the server drains.</summary>
internal sealed class DrainFront(Drain drain)
{
    private const string GrpcContentType = "application/grpc";
    private const string Details = "grpc-status-details-bin";

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
        return context.Request.Path.StartsWithSegments(HealthPath, StringComparison.Ordinal) ? next(context) : RefuseAsync(context);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        var refusal = StatusMapper.ToRpcException(Drain.Refusal);
        var headers = context.Response.Headers;
        if (context.Request.ContentType?.StartsWith(GrpcContentType, StringComparison.Ordinal) != true)
        {
            headers.Connection = "close";
            return JsonStatus.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, refusal.GetRpcStatus()!);
        }

        // An answer without messages has its status among the headers.
        context.Response.ContentType = GrpcContentType;
        headers["grpc-status"] = ((int)refusal.StatusCode).ToString(CultureInfo.InvariantCulture);
        headers["grpc-message"] = Uri.EscapeDataString(refusal.Status.Detail);
        headers[Details] = Convert.ToBase64String(refusal.Trailers.GetValueBytes(Details)!);
        return Task.CompletedTask;
    }
}
