using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Says in plain words why a call failed.</summary>
internal static class CallFaults
{
    public static string Describe(RpcException fault, Uri server)
    {
        // A status with details is the server's own word; one without comes from the transport.
        var isServers = fault.GetRpcStatus() is not null;
        return fault.StatusCode switch
        {
            StatusCode.Unavailable when !isServers => $"no server answers at {server}",
            StatusCode.ResourceExhausted when !isServers => $"the photo is larger than the server at {server} accepts",
            _ => $"{fault.StatusCode}: {fault.Status.Detail}",
        };
    }
}
