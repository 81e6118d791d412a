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
    public static string Of(ServerCallContext context)
    {
        if (context.UserState.TryGetValue(typeof(Grant), out var shown) && shown is Grant grant)
            return grant.Name;
        if (context.RequestHeaders.GetValue(ApiKey.Header) is { Length: > 0 } key)
            return $"key {KeyHash.Of(key)[..HashDigits]}";

        // "ipv4:127.0.0.1:1234", "ipv6:[::1]:1234": the port is the connection's.
        var peer = context.Peer;
        var start = peer.IndexOf(':') + 1;
        if (!IPEndPoint.TryParse(peer.AsSpan(start), out var endPoint))
            return peer;
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        return address.GetAddressBytes() is { Length: > Ipv6PrefixBytes } bytes
            ? $"net {Convert.ToHexStringLower(bytes, 0, Ipv6PrefixBytes)}"
            : $"net {address}";
    }
}
