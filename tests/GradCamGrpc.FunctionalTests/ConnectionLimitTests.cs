using System.Buffers.Binary;
using GradCamGrpc.FunctionalTests.Tls;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using Grpc.Core;
using Grpc.Health.V1;

namespace GradCamGrpc.FunctionalTests;

public sealed class ConnectionLimitTests
{
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const ushort MaxConcurrentStreams = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_OneTooMany_IsClosedAndTheOthersStay()
    {
        await using var server = await StartAsync(limits => limits with { MaxConnections = 2 });
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        using var second = await RawConnection.OpenAsync(server.Address);

        using var third = await RawConnection.OpenAsync(server.Address);
        Assert.True(await third.EndsWithinAsync(TimeSpan.FromSeconds(5)));

        await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);

        // The limit is each address's own.
        using var http = new HttpClient();
        await http.GetStringAsync(server.MetricsAddress, Cancellation);
    }

    [Fact]
    public async Task Streams_Limit_IsToldAtTheBeginning()
    {
        await using var server = await StartAsync(limits => limits with { MaxStreams = 7 });
        using var connection = await SpeakAsync(server);

        var (type, payload) = await FrameAsync(connection.Stream);

        Assert.Equal(Settings, type);
        var settings = payload.Chunk(6).ToDictionary(
            one => BinaryPrimitives.ReadUInt16BigEndian(one), one => BinaryPrimitives.ReadUInt32BigEndian(one.AsSpan(2)));
        Assert.Equal(7u, settings[MaxConcurrentStreams]);
    }

    [Fact]
    public async Task Client_IsSilent_IsAskedWhetherItIsThere()
    {
        await using var server = await StartAsync(limits => limits with { KeepAlive = TimeSpan.FromSeconds(1) });
        using var connection = await SpeakAsync(server);

        // Frames come until the ping does; the connection would be idle for two minutes otherwise.
        byte type;
        do
            (type, _) = await FrameAsync(connection.Stream).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        while (type != Ping);
    }

    [Fact]
    public async Task Headers_AreTooLarge_FailTheCallAndNotTheServer()
    {
        await using var server = await StartAsync(limits => limits with { MaxHeaderBytes = 2048 });
        var health = new Health.HealthClient(server.Channel);

        await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(
            new HealthCheckRequest(), new Metadata { { "x-long", new string('a', 2048) } }, cancellationToken: Cancellation));

        await health.CheckAsync(new HealthCheckRequest(), new Metadata { { "x-long", new string('a', 1024) } }, cancellationToken: Cancellation);
    }

    /// <summary>Health is asked for without a key: its messages are small, and stay so when they are unpacked.</summary>
    [Theory]
    [InlineData("identity", 100_000)]
    [InlineData("gzip", 10_000_000)]
    public async Task Message_WithoutAPhotoIsLarge_IsRefused(string encoding, int length)
    {
        await using var server = await StartAsync(limits => limits);
        var packed = new Metadata { { "grpc-internal-encoding-request", encoding } };
        var name = new string('a', length);

        async Task RefusedAsync(Task call) => Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);

        await RefusedAsync(new Health.HealthClient(server.Channel)
            .CheckAsync(new HealthCheckRequest { Service = name }, packed, cancellationToken: Cancellation).ResponseAsync);
        await RefusedAsync(server.Models.GetModelAsync(new GetModelRequest { Name = name }, packed, cancellationToken: Cancellation).ResponseAsync);
    }

    [Fact]
    public async Task Http1Headers_AreTooLarge_Are431()
    {
        await using var server = await StartAsync(limits => limits with { MaxHeaderBytes = 2048 });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.HttpAddress, "/v1/models")) { Headers = { { "x-long", new string('a', 4096) } } };

        using var response = await http.SendAsync(request, Cancellation);

        Assert.Equal(431, (int)response.StatusCode);
    }

    /// <summary>The other limits would be 10 seconds for this one, and minutes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_SaysNothing_IsClosedInTime(bool hasTls)
    {
        static ServerOptions Hurry(ServerOptions options) =>
            options with { Connections = options.Connections with { HandshakeTimeout = TimeSpan.FromSeconds(1) } };
        await using var tls = hasTls ? new TlsServer(asksClients: false, Hurry) : null;
        await using var plain = hasTls ? null : new RunningServer(Hurry);
        var server = tls?.Server ?? plain!;
        await server.StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Address);
        using var half = await RawConnection.OpenAsync(server.Address);

        // The beginning of a handshake, or of HTTP/2.
        await half.Stream.WriteAsync(hasTls ? [0x16, 0x03, 0x01, 0x02, 0x00] : "PRI * HT"u8.ToArray(), Cancellation);

        Assert.True(await connection.EndsWithinAsync(TimeSpan.FromSeconds(8)));
        Assert.True(await half.EndsWithinAsync(TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public async Task GrpcAddress_Http1_SaysWhatItSpeaks()
    {
        await using var server = await StartAsync(limits => limits);
        using var connection = await RawConnection.OpenAsync(server.Address);

        var answer = await RawConnection.AskAsync(connection.Stream, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("This port speaks gRPC, over HTTP/2.", answer, StringComparison.Ordinal);
    }

    private static async Task<RunningServer> StartAsync(Func<ConnectionLimits, ConnectionLimits> configure)
    {
        var server = new RunningServer(options => options with { Connections = configure(options.Connections) });
        await server.StartAsync();
        return server;
    }

    /// <summary>A client that has said that it speaks HTTP/2, and nothing more.</summary>
    private static async Task<RawConnection> SpeakAsync(RunningServer server)
    {
        var connection = await RawConnection.OpenAsync(server.Address);
        byte[] noSettings = [0, 0, 0, Settings, 0, 0, 0, 0, 0];
        await connection.Stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. noSettings], Cancellation);
        return connection;
    }

    private static async Task<(byte Type, byte[] Payload)> FrameAsync(Stream stream)
    {
        var head = new byte[9];
        await stream.ReadExactlyAsync(head, Cancellation);
        var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await stream.ReadExactlyAsync(payload, Cancellation);
        return (head[3], payload);
    }
}
