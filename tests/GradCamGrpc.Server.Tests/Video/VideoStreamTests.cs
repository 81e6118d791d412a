using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Batching;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Tests.Requests;
using GradCamGrpc.Server.Tests.Streaming;
using GradCamGrpc.Server.Video;
using Microsoft.Extensions.Logging;
using Request = GradCamGrpc.Protos.V1.VideoServiceExplainRequest;
using Response = GradCamGrpc.Protos.V1.VideoServiceExplainResponse;

namespace GradCamGrpc.Server.Tests.Video;

/// <summary>Frames are explained by the test, when it likes, and by a clock of its own.</summary>
public sealed class VideoStreamTests : IFrameExplainer
{
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>();
    private readonly Channel<Response> _responses = Channel.CreateUnbounded<Response>();
    private readonly Channel<long> _started = Channel.CreateUnbounded<long>();
    private readonly Channel<Exception?> _outcomes = Channel.CreateUnbounded<Exception?>();
    private readonly WatchedTime _time = new();
    private readonly KeptLog<VideoStream> _log = new();
    private int _atWork;
    private bool _obeys = true;
    private Task _leave = Task.CompletedTask;
    private FrameChoice _choice = FrameChoice.Every;
    private TimeSpan? _deadline;
    private Exception? _settingsFault;
    private VideoSettings? _opened;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    async Task<ExplainedFrame> IFrameExplainer.ExplainAsync(ReceivedFrame frame, CancellationToken cancellation)
    {
        _atWork++;
        try
        {
            _started.Writer.TryWrite(frame.Index);
            if (await _outcomes.Reader.ReadAsync(_obeys ? cancellation : Cancellation) is { } fault)
                throw fault;
            return new ExplainedFrame();
        }
        finally
        {
            await _leave;
            _atWork--;
        }
    }

    [Fact]
    public async Task Run_EveryFrame_AllAreExplainedInOrder()
    {
        Explain(3);
        await RunToEndAsync(Frame(0), Frame(1), Frame(2));

        Assert.Equal(["0 Explained", "1 Explained", "2 Explained"], await ReadAsync(3));
    }

    [Fact]
    public async Task Run_EveryThird_TheOthersAreSkipped()
    {
        _choice = FrameChoice.EveryNth(3);
        Explain(2);
        await RunToEndAsync(Frame(0), Frame(1), Frame(2), Frame(3));

        Assert.Equal(["0 Explained", "1 Skipped", "2 Skipped", "3 Explained"], (await ReadAsync(4)).Order());
    }

    [Fact]
    public async Task Run_EverySecond_AFrameThatIsRefusedDoesNotCount()
    {
        _choice = FrameChoice.EveryNth(2);
        Explain(2);
        await RunToEndAsync(Frame(1), Frame(0), Frame(2), Frame(3));

        Assert.Equal(["0 Explained", "1 Status", "2 Skipped", "3 Explained"], (await ReadAsync(4)).Order());
    }

    /// <summary>0 is being explained; 1 waits and gives way to 2, 2 to 3.</summary>
    [Fact]
    public async Task Run_LatestWins_WhatWaitsGivesWayAndIsToldByItsTimestamp()
    {
        _choice = FrameChoice.Latest;
        var run = Run();
        await SendAsync(Frame(0));
        Assert.Equal(0, await _started.Reader.ReadAsync(Cancellation));
        await SendAsync(Frame(1), Frame(2), Frame(3));

        var dropped = await _responses.Reader.ReadAsync(Cancellation);
        Assert.Equal((1, TimeSpan.FromMilliseconds(1), UnansweredReason.Dropped), (dropped.Frame.FrameIndex, dropped.Frame.Timestamp.ToTimeSpan(), dropped.Frame.UnansweredReason));
        Assert.Equal(["2 Dropped"], await ReadAsync(1));
        Explain(2);
        Assert.Equal(["0 Explained", "3 Explained"], await ReadAsync(2));
        _requests.Writer.Complete();
        await run;
    }

    [Fact]
    public async Task Run_DeadlinePassesAtWork_TheFrameExpiresThenAndTheNextIsAnswered()
    {
        _deadline = TimeSpan.FromMilliseconds(100);
        var run = Run();
        await SendAsync(Frame(0));
        await _started.Reader.ReadAsync(Cancellation);

        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["0 Expired"], await ReadAsync(1));
        Explain(1);
        await SendAsync(Frame(1));
        Assert.Equal(["1 Explained"], await ReadAsync(1));
        _requests.Writer.Complete();
        await run;
    }

    [Fact]
    public async Task Run_DeadlinePassesInTheQueue_TheFrameNeverReachesTheExplainer()
    {
        _deadline = TimeSpan.FromMilliseconds(100);
        var run = Run();
        await SendTwoAsync();

        _time.Advance(TimeSpan.FromMilliseconds(101));
        await run;

        Assert.Equal(["0 Expired", "1 Expired"], await ReadAsync(2));
        Assert.False(_started.Reader.TryRead(out _));
    }

    /// <summary>Explained in time, but nobody took it until it was stale.</summary>
    [Theory]
    [InlineData(100, "Explained")]
    [InlineData(101, "Expired")]
    public void SentAt_DeadlinePassedOnTheWayOut_IsNotAnsweredStale(int milliseconds, string outcome)
    {
        _deadline = TimeSpan.FromMilliseconds(100);
        var answer = new VideoAnswer(
            new Response { Frame = new VideoFrameResult { Explained = new ExplainedFrame() } },
            new ReceivedFrame(0, new Image(), default, new Duration(), _time.GetUtcNow(), _time.GetUtcNow() + _deadline));

        var sent = answer.SentAt(_time.GetUtcNow() + TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal($"0 {outcome}", Text(sent));
        if (sent.Frame.Explained is { } explained)
            Assert.Equal(TimeSpan.FromMilliseconds(100), explained.Latency.ToTimeSpan());
    }

    [Fact]
    public async Task Run_BadFrames_HaveAStatusEachAndTheStreamGoesOn()
    {
        Explain(2);
        var untimed = Frame(5);
        untimed.Frame.Timestamp = null;
        await RunToEndAsync(Frame(0), untimed, Frame(0), Frame(6, size: 16), new Request(), Frame(7));

        var responses = await ResponsesAsync(6);
        Assert.Equal(["timestamp", "timestamp", "image", "message"], responses.OrderBy(r => r.Frame.FrameIndex).Select(Field).OfType<string>());
        Assert.Equal([0, 5], responses.Where(r => r.Frame.Explained is not null).Select(r => r.Frame.FrameIndex));
    }

    [Fact]
    public async Task Run_FaultOfAFrame_IsItsAlone()
    {
        _outcomes.Writer.TryWrite(new InvalidRequestException([new FieldViolation("image.encoded", "damaged")]));
        Explain(1);
        await RunToEndAsync(Frame(0), Frame(1));

        var responses = await ResponsesAsync(2);
        Assert.Equal((3, "image.encoded"), (responses[0].Frame.Status.Code, Field(responses[0])));
        Assert.Equal("1 Explained", Text(responses[1]));
    }

    [Fact]
    public async Task Run_WrongSettings_FramesAreRefusedUntilRightOnesCome()
    {
        Explain(1);
        await RunToEndAsync(Settings(0.5, isWrong: true), Frame(0), Settings(0.5), Frame(1), Settings(0.5));

        var responses = await ResponsesAsync(5);
        Assert.Equal([3, 0, 3], responses.Where(r => r.SettingsStatus is not null).Select(r => r.SettingsStatus.Code));
        var frames = responses.Where(r => r.Frame is not null).OrderBy(r => r.Frame.FrameIndex).ToArray();
        Assert.Equal("settings", Field(frames[0]));
        Assert.Equal("1 Explained", Text(frames[1]));
    }

    /// <summary>Settings may be sound while the server is not ready: frames are told of that, and not that the settings are wrong.</summary>
    [Fact]
    public async Task Run_SettingsFailForAReasonThatPasses_FramesAreToldOfIt()
    {
        _settingsFault = new ServerUnavailableException("the server is starting");
        await RunToEndAsync(Settings(0.5), Frame(0));

        var responses = await ResponsesAsync(2);
        Assert.Equal([14, 14], responses.Select(r => r.SettingsStatus?.Code ?? r.Frame.Status.Code));
    }

    [Fact]
    public async Task Run_ReasonHasPassedForWhichSettingsFailed_FramesAreExplainedByThem()
    {
        _settingsFault = new ServerUnavailableException("the server is starting");
        Explain(1);
        var run = Run();
        await SendAsync(Settings(0.5));
        Assert.Equal(14, Assert.Single(await ResponsesAsync(1)).SettingsStatus.Code);

        _settingsFault = null;
        await SendAsync(Frame(0));
        _requests.Writer.Complete();

        Assert.Equal(["0 Explained"], await ReadAsync(1));
        Assert.Equal(0.5, _opened?.SmoothingFactor);
        await run;
    }

    /// <summary>The first frame is told what is wrong with them, and the next that they are.</summary>
    [Fact]
    public async Task Run_SettingsTurnOutWrongOnceTheServerIsReady_FramesAreInvalid()
    {
        _settingsFault = new ServerUnavailableException("the server is starting");
        var run = Run();
        await SendAsync(Settings(0.5, isWrong: true));
        Assert.Equal(14, Assert.Single(await ResponsesAsync(1)).SettingsStatus.Code);

        _settingsFault = null;
        await SendAsync(Frame(0), Frame(1));
        _requests.Writer.Complete();

        Assert.Equal(["settings.smoothing_factor", "settings"], (await ResponsesAsync(2)).Select(Field));
        await run;
    }

    /// <summary>A thirtieth of a second has more digits than a clock's ticks.</summary>
    [Fact]
    public async Task Run_TimestampInNanoseconds_ComesBackToTheLastDigit()
    {
        Explain(1);
        var frame = Frame(0);
        frame.Frame.Timestamp = new Duration { Nanos = 33_333_333 };
        await RunToEndAsync(frame);

        Assert.Equal(frame.Frame.Timestamp, Assert.Single(await ResponsesAsync(1)).Frame.Timestamp);
    }

    [Fact]
    public async Task Run_NoRoom_WaitsAndTriesAgain()
    {
        _outcomes.Writer.TryWrite(new QueueFullException(RefusalReason.Items, TimeSpan.FromSeconds(2)));
        Explain(1);
        var run = Run();
        await SendAsync(Frame(0));
        _requests.Writer.Complete();
        Assert.Equal(TimeSpan.FromSeconds(2), await WaitForTimerAsync());
        Assert.False(_responses.Reader.TryRead(out _));

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["0 Explained"], await ReadAsync(1));
        await run;
    }

    /// <summary>Where nothing is taken, every frame waits: one sent, one on its way out, one at work, one queued, one read.</summary>
    [Fact]
    public async Task Run_NobodyTakesTheAnswers_ReadingStops()
    {
        const int Frames = 50;
        var taken = new SemaphoreSlim(0);
        Explain(Frames);
        var run = Run(write: cancellation => taken.WaitAsync(cancellation));
        await SendAsync([.. Enumerable.Range(0, Frames).Select(i => Frame(i))]);
        _requests.Writer.Complete();

        for (var i = 0; i < 3; i++)
            await _started.Reader.ReadAsync(Cancellation);
        Assert.InRange(_requests.Reader.Count, Frames - 6, Frames);
        taken.Release(Frames);
        await run;
        Assert.Equal(Frames, (await ReadAsync(Frames)).Distinct().Count());
    }

    [Fact]
    public async Task Run_TheClientLeaves_TheFrameAtWorkIsGivenUp()
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = Run(leave.Token);
        await SendAsync(Frame(0));
        await _started.Reader.ReadAsync(Cancellation);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Run_AMessageCannotBeRead_TheFrameAtWorkIsGivenUpAndTheCallEndsInThatFault()
    {
        var run = Run();
        await SendAsync(Frame(0));
        await _started.Reader.ReadAsync(Cancellation);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _leave = leave.Task;

        _requests.Writer.Complete(new IOException("damaged"));

        Assert.True(await BusyThreads.IsHeldAsync(run));
        leave.SetResult();
        Assert.Equal("damaged", (await Assert.ThrowsAsync<IOException>(() => run.WaitAsync(BusyThreads.Patience, Cancellation))).Message);
        Assert.Equal(0, _atWork);
    }

    /// <summary>There may be room after two seconds; nobody waits for it for so long.</summary>
    [Fact]
    public async Task Run_NoRoomUntilTheDeadline_TheFrameExpiresThen()
    {
        _deadline = TimeSpan.FromMilliseconds(100);
        _outcomes.Writer.TryWrite(new QueueFullException(RefusalReason.Items, TimeSpan.FromSeconds(2)));
        var run = Run();
        await SendAsync(Frame(0));
        _requests.Writer.Complete();
        while (await WaitForTimerAsync() != TimeSpan.FromSeconds(2))
        {
        }

        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["0 Expired"], await ReadAsync(1));
        await run;
    }

    /// <summary>The time in the queue counts: 60 ms there leave 40 at work.</summary>
    [Fact]
    public async Task Run_DeadlinePassesAtWorkAfterAWait_TheFrameExpiresThen()
    {
        _deadline = TimeSpan.FromMilliseconds(100);
        var run = Run();
        await SendTwoAsync();
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Explain(1);
        Assert.Equal(["0 Explained"], await ReadAsync(1));
        Assert.Equal(1, await _started.Reader.ReadAsync(Cancellation));

        _time.Advance(TimeSpan.FromMilliseconds(40));

        Assert.Equal(["1 Expired"], await ReadAsync(1));
        await run;
    }

    [Fact]
    public async Task Run_TheQueueSaysThatTheDeadlineHasPassed_TheFrameIsExpired()
    {
        _deadline = TimeSpan.FromMilliseconds(100);
        _obeys = false;
        var run = Run();
        await SendAsync(Frame(0));
        await _started.Reader.ReadAsync(Cancellation);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        _outcomes.Writer.TryWrite(new DeadlineExceededException());

        Assert.Equal(["0 Expired"], await ReadAsync(1));
        _requests.Writer.Complete();
        await run;
    }

    [Fact]
    public async Task Run_FaultOfTheServersOwn_IsLogged()
    {
        _outcomes.Writer.TryWrite(new InvalidRequestException([new FieldViolation("image.encoded", "damaged")]));
        _outcomes.Writer.TryWrite(new InvalidOperationException("a fault of the server's own"));
        await RunToEndAsync(Frame(0), Frame(1));

        Assert.Equal(LogLevel.Error, Assert.Single(_log.Lines).Level);
    }

    [Fact]
    public async Task Run_TheWriterFails_EndsInItsFault()
    {
        Explain(1);
        var run = Run(write: _ => throw new IOException("gone"));
        await SendAsync(Frame(0));

        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(() => run)).Message);
    }

    [Fact]
    public async Task Run_NothingSent_EndsWell() => await RunToEndAsync();

    private static Request Frame(int milliseconds, byte size = 8) => new()
    {
        Frame = new VideoFrame
        {
            Timestamp = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds)),
            Image = new Image { Encoded = ByteString.CopyFrom(0xff, 0xd8, size) },
        },
    };

    private static Request Settings(double factor, bool isWrong = false) =>
        new() { Settings = new VideoSettings { SmoothingFactor = isWrong ? -factor : factor } };

    private static string? Field(Response response) => response.Frame.Status?.Details
        .Select(detail => detail.TryUnpack<Google.Rpc.BadRequest>(out var bad) ? bad.FieldViolations.Single().Field : null)
        .OfType<string>()
        .Single();

    private static string Text(Response response) => $"{response.Frame.FrameIndex} " + (response.Frame.OutcomeCase switch
    {
        VideoFrameResult.OutcomeOneofCase.UnansweredReason => $"{response.Frame.UnansweredReason}",
        var outcome => $"{outcome}",
    });

    private void Explain(int count)
    {
        for (var i = 0; i < count; i++)
            _outcomes.Writer.TryWrite(null);
    }

    private async Task SendAsync(params Request[] requests)
    {
        foreach (var request in requests)
            await _requests.Writer.WriteAsync(request, Cancellation);
    }

    /// <summary>Sends two frames and no more: the first is at work, and the second waits.</summary>
    private async Task SendTwoAsync()
    {
        await SendAsync(Frame(0));
        await _started.Reader.ReadAsync(Cancellation);

        // When the wrong message is answered, the frame before it waits.
        await SendAsync(Frame(1), new Request());
        Assert.Equal(["2 Status"], await ReadAsync(1));
        _requests.Writer.Complete();
    }

    private async Task<IReadOnlyList<Response>> ResponsesAsync(int count)
    {
        var responses = new List<Response>();
        while (responses.Count < count)
            responses.Add(await _responses.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(BusyThreads.Patience, Cancellation));
        return responses;
    }

    private async Task<string[]> ReadAsync(int count) => [.. (await ResponsesAsync(count)).Select(Text)];

    /// <summary>Until the stream waits for the clock for a time.</summary>
    private async Task<TimeSpan> WaitForTimerAsync()
    {
        while (true)
        {
            if (await _time.Timers.Reader.ReadAsync(Cancellation) is var timer && timer > TimeSpan.Zero)
                return timer;
        }
    }

    private async Task RunToEndAsync(params Request[] requests)
    {
        await SendAsync(requests);
        _requests.Writer.Complete();
        await Run();
    }

    private Task Run(CancellationToken? cancellation = null, Func<CancellationToken, Task>? write = null)
    {
        var stream = new VideoStream((settings, _) => Open(settings), image => new ImageSize(image.Encoded[2], image.Encoded[2]), _time, _log);
        return stream.RunAsync(
            new FakeReader<Request>(_requests.Reader), new FakeWriter<Response>(_responses.Writer, write), new FakeCall(cancellation ?? Cancellation));
    }

    private VideoPlan Open(VideoSettings settings)
    {
        if (_settingsFault is not null)
            throw _settingsFault;
        if (settings.SmoothingFactor < 0)
            throw new InvalidRequestException([new FieldViolation("settings.smoothing_factor", "negative")]);
        _opened = settings;
        return new VideoPlan(_choice, _deadline, this);
    }
}
