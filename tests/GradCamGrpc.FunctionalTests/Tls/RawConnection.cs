using System.Net.Sockets;
using System.Text;

namespace GradCamGrpc.FunctionalTests.Tls;

/// <summary>A connection of bytes, for what no client says.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _socket = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Stream Stream => _socket.GetStream();

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(server.Host, server.Port, Cancellation);
        return connection;
    }

    /// <summary>Whether the server ends the connection within a time, having said nothing.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        try
        {
            return await Stream.ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(limit, Cancellation) == 0;
        }
        catch (IOException)
        {
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>All that the server says until it ends the connection.</summary>
    public static async Task<string> AskAsync(Stream stream, string request)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        return await reader.ReadToEndAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    public void Dispose() => _socket.Dispose();
}
