using System.Security.Authentication;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Says in plain words why a call failed.</summary>
internal static class CallFaults
{
    public static string Describe(RpcException fault, Uri server)
    {
        // A status with details is the server's own word; one without comes from the transport.
        var isServers = fault.GetRpcStatus() is not null;
        for (var cause = fault.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return $"the server at {server} is not believed: {cause.Message} (--ca names who signs its certificate)";
        }
        return fault.StatusCode switch
        {
            StatusCode.Unavailable when !isServers && server.Scheme == Uri.UriSchemeHttps =>
                $"no server answers at {server}, or it takes no client without a certificate that it trusts (--cert)",
            StatusCode.Unavailable when !isServers => $"no server answers at {server}",
            StatusCode.ResourceExhausted when !isServers => $"the photo is larger than the server at {server} accepts",
            _ => $"{fault.StatusCode}: {fault.Status.Detail}",
        };
    }
}
