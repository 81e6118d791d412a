using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Http;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Telemetry;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace GradCamGrpc.Server.Access;

/// <summary>Lets calls in, before anything of them is read, or says why not. Health is told to everybody: probes have no keys.</summary>
/// <param name="control">Who may call.</param>
/// <param name="metrics">Where refusals are counted.</param>
internal sealed class AccessGate(AccessControl control, ServerMetrics metrics)
{
    private const string PublicService = "grpc.health.v1.Health";

    /// <summary>Lets a call in, or refuses it; what is no call passes.</summary>
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method is not { } method || method.ServiceName == PublicService)
        {
            await next(context);
            return;
        }
        Grant grant;
        try
        {
            grant = await control.Current.IdentifyAsync(context.Request.Headers[ApiKey.Header].ToString(), context.Request.Headers.Authorization.ToString());
        }
        catch (AccessDeniedException denied)
        {
            await RefuseAsync(context, "unauthenticated", StatusMapper.Of(StatusCode.Unauthenticated, "UNAUTHENTICATED", denied.Message));
            return;
        }
        context.Features.Set(grant);
        context.RequestServices.GetRequiredService<CallModels>().CalledBy(grant);
        if (!grant.Right.Covers(method.FullName))
        {
            await RefuseAsync(context, "permission", StatusMapper.Of(
                StatusCode.PermissionDenied, "PERMISSION_DENIED", $"{grant.Name} may not call {method.FullName.TrimStart('/')}"));
            return;
        }
        var answer = grant.Quota.Begin();
        if (answer.Fault != QuotaFault.None)
        {
            await RefuseAsync(context, "quota", StatusMapper.Of(
                StatusCode.ResourceExhausted,
                answer.Fault == QuotaFault.Rate ? "RATE_QUOTA" : "CONCURRENCY_QUOTA",
                answer.Fault == QuotaFault.Rate ? $"{grant.Name} asks more often than its quota allows" : $"{grant.Name} has as many calls open as its quota allows",
                new RetryInfo { RetryDelay = Duration.FromTimeSpan(answer.RetryAfter) }));
            return;
        }
        try
        {
            await next(context);
        }
        finally
        {
            grant.Quota.End();
        }
    }

    private Task RefuseAsync(HttpContext context, string reason, Google.Rpc.Status status)
    {
        metrics.Refused(model: "", reason);
        return GrpcContent.IsOf(context.Request)
            ? GrpcStatus.WriteAsync(context, status)
            : JsonStatus.WriteAsync(context, status);
    }
}
