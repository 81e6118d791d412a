using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
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

    private const string StatusField = "grpc-status";

    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    private readonly HttpClient _http;
    private readonly byte[] _framed;

    /// <param name="address">Where the server is.</param>
    /// <param name="method">The path, such as <c>package.Service/Method</c>.</param>
    /// <param name="request">The message that every call sends.</param>
    public SpareClient(Uri address, string method, IMessage request)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address, method) };
        _framed = new byte[PrefixBytes + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(_framed.AsSpan(1), _framed.Length - PrefixBytes);
        request.WriteTo(_framed.AsSpan(PrefixBytes));
    }

    /// <summary>Makes a call.</summary>
    /// <returns>How it ended, and the size of the batch that it was in; 0 where no prediction came.</returns>
    public async Task<(StatusCode Status, int Batch)> ExplainAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, (Uri?)null)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(_framed) { Headers = { ContentType = ContentType } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var batch = BatchOf(await response.Content.ReadAsByteArrayAsync());
        return (StatusOf(response), batch);
    }

    public void Dispose() => _http.Dispose();

    private static int BatchOf(ReadOnlySpan<byte> messages)
    {
        var batch = 0;
        while (messages.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(messages[1..]);

            // A ClassifyResponse has its prediction in the same field.
            var message = ClassificationServiceExplainResponse.Parser.ParseFrom(messages.Slice(PrefixBytes, length));
            batch = message.Prediction?.Timings.BatchSize ?? batch;
            messages = messages[(PrefixBytes + length)..];
        }
        return batch;
    }

    /// <summary>An answer without messages has its status among the headers.</summary>
    private static StatusCode StatusOf(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues(StatusField, out var status) || response.Headers.TryGetValues(StatusField, out status)
            ? (StatusCode)int.Parse(status.Single(), CultureInfo.InvariantCulture)
            : StatusCode.Unknown;
}
