using System.Security.Authentication;
using Google.Rpc;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Says in plain words why a call failed.</summary>
internal static class CallFaults
{
    private const string LabelHint = "gradcam models --labels WORD lists the labels with a word in them";

    /// <param name="fault">The fault.</param>
    /// <param name="server">Who was called; null where that is this process.</param>
    public static string Describe(RpcException fault, Uri? server)
    {
        // A status with details is the server's own word; one without comes from the transport.
        if (fault.GetRpcStatus() is { } status)
            return status.GetDetail<BadRequest>() is { FieldViolations.Count: > 0 } bad ? Describe(bad) : status.Message;
        for (var cause = fault.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return $"the server at {server} is not believed: {cause.Message} (--ca names who signs its certificate)";
        }
        return fault.StatusCode switch
        {
            StatusCode.Unavailable when server?.Scheme == Uri.UriSchemeHttps =>
                $"no server answers at {server}, or it takes no client without a certificate that it trusts (--cert)",
            StatusCode.Unavailable when server is not null => $"no server answers at {server}",
            StatusCode.ResourceExhausted when IsTooLarge(fault) => $"the message is larger than the server at {server} accepts",
            _ when server is not null && SpeaksNoGrpc(fault) => $"no gRPC is spoken at {server}; is that the port of JSON and the page, or of metrics?",
            _ => $"{fault.StatusCode}: {fault.Status.Detail}",
        };
    }

    /// <summary>Whether the message was too large for the server to be read at all.</summary>
    public static bool IsTooLarge(RpcException fault) => fault.StatusCode is StatusCode.ResourceExhausted && fault.GetRpcStatus() is null;

    /// <summary>Each fault behind the option that it is about.</summary>
    private static string Describe(BadRequest bad)
    {
        var faults = bad.FieldViolations.Select(violation =>
            FieldOptions.Of(violation.Field) is { Length: > 0 } option ? $"{option}: {violation.Description}" : violation.Description);
        var isOfLabel = bad.FieldViolations.Any(violation => violation.Field.EndsWith(".label", StringComparison.Ordinal));
        return string.Join("; ", (isOfLabel ? faults.Append(LabelHint) : faults).Distinct(StringComparer.Ordinal));
    }

    /// <summary>Whether the other end answers in HTTP, and not in gRPC's.</summary>
    private static bool SpeaksNoGrpc(RpcException fault)
    {
        if (fault.Status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal))
            return true;
        for (var cause = fault.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            // Whoever does not answer at all is UNAVAILABLE; this one has said something that is not HTTP/2, or hung up on it.
            if (cause is HttpRequestException)
                return true;
        }
        return false;
    }
}
