using System.Threading.Channels;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Access;
using GradCamGrpc.Server.Tests.Streaming;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests.Access;

/// <summary>One message an hour may be read beyond the first, which the call has paid for with all that it may at once.</summary>
public sealed class PacedReaderTests
{
    private readonly Channel<ClassifyRequest> _messages = Channel.CreateUnbounded<ClassifyRequest>();
    private readonly FakeTimeProvider _time = new();
    private readonly PacedReader<ClassifyRequest> _reader;

    public PacedReaderTests()
    {
        var quota = new Quota(new QuotaLimits(RequestsPerSecond: 1.0 / 3600, Burst: 1, ConcurrentCalls: 1), _time);
        quota.Begin();
        _reader = new PacedReader<ClassifyRequest>(new FakeReader<ClassifyRequest>(_messages.Reader), quota);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MoveNext_TheSecondMessage_IsHandedOnWhenItMayBe()
    {
        var second = new ClassifyRequest { Model = "second" };
        _messages.Writer.TryWrite(new ClassifyRequest());
        _messages.Writer.TryWrite(second);

        Assert.True(await _reader.MoveNext(Cancellation));
        var next = _reader.MoveNext(Cancellation);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(await next);
        Assert.Same(second, _reader.Current);
    }

    [Fact]
    public async Task MoveNext_ClientHasEndedAndTheQuotaIsSpent_EndsAtOnce()
    {
        _messages.Writer.TryWrite(new ClassifyRequest());
        _messages.Writer.Complete();

        Assert.True(await _reader.MoveNext(Cancellation));

        Assert.False(await _reader.MoveNext(Cancellation));
    }
}
