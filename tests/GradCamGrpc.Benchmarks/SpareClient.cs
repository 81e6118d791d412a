using System.Buffers.Binary;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>
/// Makes gRPC calls with one message, written once, and reads all of the answers. It takes as little as can be of the cores that it shares with the
/// server: no message is written twice, and a refusal is no exception.
/// </summary>
internal sealed class SpareClient : IDisposable
{
    /// <summary>Before a message comes whether it is compressed, and its length in four bytes.</summary>
    private const int PrefixBytes = 5;

    private readonly SpareConnection _connection;

    /// <param name="address">Where the server is.</param>
    /// <param name="method">The path, such as <c>package.Service/Method</c>.</param>
    /// <param name="request">The message that every call sends.</param>
    public SpareClient(Uri address, string method, IMessage request)
    {
        var framed = new byte[PrefixBytes + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), framed.Length - PrefixBytes);
        request.WriteTo(framed.AsSpan(PrefixBytes));
        _connection = new SpareConnection(address, $"/{method}", framed);
    }

    /// <summary>Makes a call.</summary>
    /// <returns>How it ended, and the size of the batch that it was in; 0 where no prediction came.</returns>
    public async Task<(StatusCode Status, int Batch)> ExplainAsync()
    {
        var answer = await _connection.CallAsync();
        return (answer.Status, BatchOf(answer.Messages.Span));
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Only the first message is taken apart: it has the prediction.</summary>
    private static int BatchOf(ReadOnlySpan<byte> messages)
    {
        if (messages.IsEmpty)
            return 0;
        var length = BinaryPrimitives.ReadInt32BigEndian(messages[1..]);

        // A ClassifyResponse has its prediction in the same field.
        return ClassificationServiceExplainResponse.Parser.ParseFrom(messages.Slice(PrefixBytes, length)).Prediction.Timings.BatchSize;
    }
}
