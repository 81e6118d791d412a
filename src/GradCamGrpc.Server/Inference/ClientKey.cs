using System.Net;
using GradCamGrpc.Server.Access;
using Grpc.Core;

namespace GradCamGrpc.Server.Inference;

/// <summary>Tells clients apart, so that they share a busy model fairly. Where nobody has to show who they are, it is taken on trust.</summary>
internal static class ClientKey
{
    /// <summary>Of an IPv6 address the part that one customer of a network has.</summary>
    private const int Ipv6PrefixBytes = 8;

    private const int HashDigits = 32;

    /// <summary>Whoever has shown who they are; else the hash of the call's API key; without one the peer's address, of IPv6 its /64.</summary>
    public static string Of(ServerCallContext context) =>
        OfShown(context.UserState.TryGetValue(typeof(Grant), out var shown) ? shown as Grant : null, context.RequestHeaders.GetValue(ApiKey.Header))
        ?? OfPeer(context.Peer);

    /// <summary>The same of a call of which nothing but the headers was read.</summary>
    public static string Of(HttpContext context) =>
        OfShown(context.Features.Get<Grant>(), context.Request.Headers[ApiKey.Header])
        ?? (context.Connection.RemoteIpAddress is { } address ? OfAddress(address) : "unknown");

    private static string? OfShown(Grant? grant, string? key) =>
        grant?.Name ?? (key is { Length: > 0 } ? $"key {KeyHash.Of(key)[..HashDigits]}" : null);

    private static string OfPeer(string peer)
    {
        // "ipv4:127.0.0.1:1234", "ipv6:[::1]:1234": the port is the connection's.
        var start = peer.IndexOf(':') + 1;
        return IPEndPoint.TryParse(peer.AsSpan(start), out var endPoint) ? OfAddress(endPoint.Address) : peer;
    }

    private static string OfAddress(IPAddress peer)
    {
        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return address.GetAddressBytes() is { Length: > Ipv6PrefixBytes } bytes
            ? $"net {Convert.ToHexStringLower(bytes, 0, Ipv6PrefixBytes)}"
            : $"net {address}";
    }
}
