using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace GradCamGrpc.Server.Hosting;

/// <summary>
/// Looks at how a connection to the port of gRPC begins: HTTP/2 is passed on, HTTP/1 is told in its own words what the port speaks, and
/// whoever says nothing, or anything else, is cut off.
/// </summary>
/// <param name="patience">How long the beginning may take.</param>
/// <param name="time">How time goes.</param>
internal sealed class PrefaceCheck(TimeSpan patience, TimeProvider time)
{
    /// <summary>Bytes of a request that are read after it was answered: a client that is still writing does not see an answer.</summary>
    private const long MaxDrained = 1 << 20;

    /// <summary>How every connection of HTTP/2 begins (RFC 9113, section 3.4).</summary>
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(Response(
        "This port speaks gRPC, over HTTP/2. The same calls as JSON over HTTP/1.1 are at the server's other address (--http).\n"));

    private enum Beginning
    {
        Unknown,
        Http2,
        Http1,
        Other,
    }

    /// <summary>Passes a connection of HTTP/2 on.</summary>
    public async Task CheckAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, closing, connection.ConnectionClosed);
        Beginning beginning;
        try
        {
            beginning = await ReadAsync(connection, limit.Token);
            if (beginning == Beginning.Http1)
                await AnswerAsync(connection, limit.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            return;
        }
        if (beginning == Beginning.Http2)
            await next(connection);
    }

    private static async Task<Beginning> ReadAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync(cancellation);
            var beginning = Judge(read.Buffer);
            if (beginning == Beginning.Unknown && read.IsCompleted)
                beginning = Beginning.Other;

            // What was read stays for whoever reads next, who is not to wait for more.
            var isKnown = beginning != Beginning.Unknown;
            connection.Transport.Input.AdvanceTo(read.Buffer.Start, isKnown ? read.Buffer.Start : read.Buffer.End);
            if (isKnown)
                return beginning;
        }
    }

    private static Beginning Judge(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> first = stackalloc byte[(int)Math.Min(bytes.Length, Preface.Length)];
        bytes.Slice(0, first.Length).CopyTo(first);
        if (Preface.AsSpan().StartsWith(first))
            return first.Length == Preface.Length ? Beginning.Http2 : Beginning.Unknown;
        return first[0] is >= (byte)'A' and <= (byte)'Z' ? Beginning.Http1 : Beginning.Other;
    }

    private static async Task AnswerAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        await connection.Transport.Output.WriteAsync(Answer, cancellation);
        await connection.Transport.Output.CompleteAsync();
        for (long drained = 0; drained < MaxDrained;)
        {
            var read = await connection.Transport.Input.ReadAsync(cancellation);
            drained += read.Buffer.Length;
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    private static string Response(string text) =>
        $"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\n\r\n{text}";
}
