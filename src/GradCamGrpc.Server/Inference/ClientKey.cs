using System.Net;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace GradCamGrpc.Server.Inference;

/// <summary>Tells clients apart, so that they share a busy model fairly. It is taken on trust: nobody is let in or kept out by it.</summary>
internal static class ClientKey
{
    private const string Header = "x-api-key";

    /// <summary>Of an IPv6 address the part that one customer of a network has.</summary>
    private const int Ipv6PrefixBytes = 8;

    /// <summary>The hash of the call's API key; without one the peer's address, of IPv6 its /64.</summary>
    public static string Of(ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(Header) is { Length: > 0 } key)
            return $"key {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)), 0, 16)}";

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
