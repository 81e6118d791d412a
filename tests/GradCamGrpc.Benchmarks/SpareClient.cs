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
    private readonly int _messages;

    /// <param name="address">Where the server is.</param>
    /// <param name="method">The path, such as <c>package.Service/Method</c>.</param>
    /// <param name="request">The message that every call sends.</param>
    /// <param name="messages">How many come back.</param>
    public SpareClient(Uri address, string method, IMessage request, int messages)
    {
        _messages = messages;
        var framed = new byte[PrefixBytes + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), framed.Length - PrefixBytes);
        request.WriteTo(framed.AsSpan(PrefixBytes));
        _connection = new SpareConnection(address, $"/{method}", framed);
    }

    /// <summary>Makes a call.</summary>
    /// <returns>How it ended, and the size of the batch that it was in; 0 where no prediction came.</returns>
    /// <exception cref="InvalidDataException">It was answered by more messages or by fewer.</exception>
    public async Task<(StatusCode Status, int Batch)> ExplainAsync()
    {
        var answer = await _connection.CallAsync();
        if (answer.Status is not StatusCode.OK)
            return (answer.Status, 0);
        var count = 0;
        for (var rest = answer.Messages; rest.Length > 0; rest = rest[LengthOf(rest.Span)..])
            count++;
        if (count != _messages)
            throw new InvalidDataException($"{count} messages came, not {_messages}");
        return (answer.Status, BatchOf(answer.Messages.Span));
    }

    public void Dispose() => _connection.Dispose();

    private static int LengthOf(ReadOnlySpan<byte> messages) => PrefixBytes + BinaryPrimitives.ReadInt32BigEndian(messages[1..]);

    /// <summary>Only the first message is taken apart: it has the prediction, as a ClassifyResponse has, in the same field.</summary>
    private static int BatchOf(ReadOnlySpan<byte> messages) =>
        ClassificationServiceExplainResponse.Parser.ParseFrom(messages[PrefixBytes..LengthOf(messages)]).Prediction.Timings.BatchSize;
}
