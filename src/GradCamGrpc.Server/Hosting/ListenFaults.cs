using System.Net;
using System.Net.Sockets;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Server.Hosting;

/// <summary>Finds out why a server could not listen.</summary>
internal static class ListenFaults
{
    /// <summary>What is wrong with each address; none when all are free by now.</summary>
    public static IReadOnlyList<string> Find(ServerOptions options) =>
    [
        .. options.Addresses.Select(address => (address.Setting.Option, address.EndPoint, Fault: FaultOf(address.EndPoint)))
            .Where(address => address.Fault is not null)
            .Select(address => $"{address.Option}: '{address.EndPoint}' cannot be listened on: {address.Fault}"),
    ];

    private static string? FaultOf(IPEndPoint endPoint)
    {
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
            return null;
        }
        catch (SocketException fault)
        {
            return fault.Message;
        }
    }
}
