using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using GradCamGrpc.Server.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests;

public sealed class PrefaceCheckTests : IAsyncDisposable
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly DefaultConnectionContext _connection;

    public PrefaceCheckTests() => _connection = new DefaultConnectionContext("one", new Duplex(_input.Reader, _output.Writer), new Duplex(_output.Reader, _input.Writer));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task Check_Http2ByteForByte_IsPassedOnWhole()
    {
        string? passedOn = null;
        var check = new PrefaceCheck(Patience, _time).CheckAsync(_connection, async connection =>
        {
            // Whoever reads next has the beginning at once, though nothing more comes.
            var read = await connection.Transport.Input.ReadAsync(Cancellation);
            passedOn = Encoding.ASCII.GetString(read.Buffer);
        });

        foreach (var one in Preface)
        {
            Assert.False(check.IsCompleted);
            await _input.Writer.WriteAsync(new[] { (byte)one }, Cancellation);
        }
        await check.WaitAsync(Cancellation);

        Assert.Equal(Preface, passedOn);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("POST /v1/images:explain HTTP/1.1\r\n\r\n")]
    [InlineData("PROPFIND / HTTP/1.1\r\n\r\n")]
    public async Task Check_Http1_IsToldWhatThePortSpeaks(string request)
    {
        await _input.Writer.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        await _input.Writer.CompleteAsync();

        await new PrefaceCheck(Patience, _time).CheckAsync(_connection, _ => throw new InvalidOperationException("HTTP/1 was passed on"));

        var answer = await AnswerAsync();
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("This port speaks gRPC, over HTTP/2.", answer, StringComparison.Ordinal);
        var (head, body) = (answer.Split("\r\n\r\n")[0], answer.Split("\r\n\r\n")[1]);
        Assert.Contains($"Content-Length: {body.Length}", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_SomethingElse_IsCutOffWithoutAnAnswer()
    {
        // The beginning of a TLS handshake.
        await _input.Writer.WriteAsync(new byte[] { 0x16, 0x03, 0x01 }, Cancellation);

        await new PrefaceCheck(Patience, _time).CheckAsync(_connection, _ => throw new InvalidOperationException("it was passed on"));

        Assert.Equal("", await AnswerAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HT")]
    public async Task Check_Silence_IsCutOffWhenItHasLastedTooLong(string beginning)
    {
        await _input.Writer.WriteAsync(Encoding.ASCII.GetBytes(beginning), Cancellation);
        var check = new PrefaceCheck(Patience, _time).CheckAsync(_connection, _ => throw new InvalidOperationException("it was passed on"));

        _time.Advance(Patience - TimeSpan.FromSeconds(1));
        Assert.False(check.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        await check.WaitAsync(Cancellation);
        Assert.Equal("", await AnswerAsync());
    }

    private async Task<string> AnswerAsync()
    {
        await _output.Writer.CompleteAsync();
        var read = await _output.Reader.ReadAtLeastAsync(1 << 20, Cancellation);
        return Encoding.ASCII.GetString(read.Buffer);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
