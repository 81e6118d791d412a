using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GradCamGrpc.Batching;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Streaming;
using GradCamGrpc.Server.Tests.Requests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Request = GradCamGrpc.Protos.V1.ClassificationServiceExplainStreamRequest;
using Response = GradCamGrpc.Protos.V1.ClassificationServiceExplainStreamResponse;

namespace GradCamGrpc.Server.Tests.Streaming;

/// <summary>Photos are answered by the test, when it likes.</summary>
public sealed class ExplainStreamTests
{
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>();
    private readonly Channel<Response> _responses = Channel.CreateUnbounded<Response>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);
    private readonly Channel<string> _started = Channel.CreateUnbounded<string>();
    private readonly WatchedTime _time = new();
    private readonly KeptLog<ExplainStream> _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AsReady_AQuickPhotoOvertakesASlowOne()
    {
        var run = Run([Item("slow"), Item("quick")]);
        Open("quick");

        Assert.Equal(["quick part", "quick part", "quick end 0"], await ReadAsync(3));
        Open("slow");
        Assert.Equal(["slow part", "slow part", "slow end 0"], await ReadAsync(3));
        await run;
    }

    /// <summary>Neither what they ask nor how they end is for several threads to find out of the call.</summary>
    [Fact]
    public async Task Run_PhotosSideBySide_TheCallIsAskedBeforeTheFirst()
    {
        await SendAsync(Item("one"));
        await SendAsync(Item("two"));
        _requests.Writer.Complete();
        var call = new FakeCall(Cancellation);
        var questions = new ConcurrentBag<int>();
        var stream = new ExplainStream((_, _, _) => Broken(), _time, NullLogger<ExplainStream>.Instance);

        await stream.RunAsync(new FakeReader<Request>(_requests.Reader), new FakeWriter<Response>(_responses.Writer, write: null), call);

        Assert.Equal(["one end 13", "one part", "two end 13", "two part"], (await ReadAsync(4)).Order());
        Assert.Equal([call.Questions, call.Questions], questions);
        var once = new FakeCall(Cancellation);
        _ = (Caller.Of(once), once.Method);
        Assert.Equal(once.Questions, call.Questions);

        async IAsyncEnumerable<ClassificationServiceExplainResponse> Broken()
        {
            questions.Add(call.Questions);
            await Task.CompletedTask;
            yield return new ClassificationServiceExplainResponse();
            throw new InvalidOperationException("a fault of the server's own");
        }
    }

    [Fact]
    public async Task Run_AsSent_NothingOvertakes()
    {
        var run = Run([Settings(AnswerOrder.AsSent), Item("slow"), Item("quick")]);
        Open("quick");
        await StartedAsync(2);
        Assert.False(_responses.Reader.TryRead(out _));

        Open("slow");

        Assert.Equal(["slow part", "slow part", "slow end 0", "quick part", "quick part", "quick end 0"], await ReadAsync(6));
        await run;
    }

    [Fact]
    public async Task Run_AFault_IsTheEndOfItsPhotoAlone()
    {
        var run = Run(
        [
            Item("bad"),
            new Request(),
            Settings(AnswerOrder.AsReady),
            Item(""),
            new Request { Item = new ExplainItem { Id = "empty" } },
            Item("good"),
        ]);
        Open("bad", new NotFoundException([new FieldViolation("targets[0].label", "there is none")]));
        Open("good");
        await run;

        var ends = (await ResponsesAsync(8)).Where(response => response.End is not null).OrderBy(response => response.ItemIndex).ToArray();
        Assert.Equal([5, 3, 3, 3, 3, 0], ends.Select(response => response.End.Code));
        Assert.Equal(["bad", "", "", "", "empty", "good"], ends.Select(response => response.Id));
        Assert.Equal(["targets[0].label", "message", "settings", "item.id", "item.request"], ends.SkipLast(1).Select(FieldOf));
    }

    [Fact]
    public async Task Run_IdOfAPhotoInFlight_IsRefusedAndFreeAgainAfterwards()
    {
        var run = Run(requests: null);
        await SendAsync(Item("a"));
        await StartedAsync(1);
        await SendAsync(Item("a"));

        var refused = Assert.Single(await ResponsesAsync(1));
        Assert.Equal((1, "a", "item.id"), (refused.ItemIndex, refused.Id, FieldOf(refused)));
        await SendAsync(Item("a"));
        Assert.Equal("item.id", FieldOf(Assert.Single(await ResponsesAsync(1))));

        Open("a");
        Assert.Equal(["a part", "a part", "a end 0"], await ReadAsync(3));
        await SendAsync(Item("a"));
        Assert.Equal(["a part", "a part", "a end 0"], await ReadAsync(3));
        _requests.Writer.Complete();
        await run;
    }

    [Theory]
    [InlineData(128, 0)]
    [InlineData(129, 3)]
    public async Task Run_LongId_IsRefusedBeyondItsLimit(int length, int status)
    {
        var id = new string('x', length);
        var run = Run([Item(id)]);
        Open(id);
        await run;

        Assert.Equal(status, (await ResponsesAsync(status == 0 ? 3 : 1))[^1].End.Code);
    }

    /// <summary>Where nothing is taken, no more is read than may be in flight.</summary>
    [Theory]
    [InlineData(AnswerOrder.AsReady)]
    [InlineData(AnswerOrder.AsSent)]
    public async Task Run_NobodyTakesTheAnswers_ReadingStops(AnswerOrder order)
    {
        const int InFlight = 3;
        var taken = new SemaphoreSlim(0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        string[] names = [.. Enumerable.Range(0, 50).Select(i => $"{i}")];
        foreach (var name in names)
            Open(name);

        var run = Run([Settings(order, InFlight), .. names.Select(Item)], stop.Token, write: cancellation => taken.WaitAsync(cancellation));

        // All workers are at work; each waits with its first or second answer until one is taken.
        await StartedAsync(InFlight);
        Assert.Equal(names.Length - InFlight, _requests.Reader.Count);
        taken.Release(3 * names.Length);
        await run;
        Assert.Equal(0, _requests.Reader.Count);
    }

    /// <summary>What is wrong is answered at once, but its answer waits for its turn: such messages count as in flight until then.</summary>
    [Fact]
    public async Task Run_AsSentWrongPhotosBehindASlowOne_ReadingStops()
    {
        const int InFlight = 3;
        const int Wrong = 50;
        var run = Run([Settings(AnswerOrder.AsSent, InFlight), Item("slow"), .. Enumerable.Repeat(new Request(), Wrong)]);
        await StartedAsync(1);
        while (_requests.Reader.Count > Wrong - (InFlight - 1))
            await Task.Yield();

        for (var i = 0; i < 1000; i++)
            await Task.Yield();
        Assert.Equal(Wrong - (InFlight - 1), _requests.Reader.Count);
        Open("slow");

        var answers = await ReadAsync(3 + Wrong);
        Assert.Equal(["slow part", "slow part", "slow end 0", .. Enumerable.Repeat(" end 3", Wrong)], answers);
        await run;
    }

    [Theory]
    [InlineData(AnswerOrder.AsReady)]
    [InlineData(AnswerOrder.AsSent)]
    public async Task Run_AMessageCannotBeRead_EndsInThatFault(AnswerOrder order)
    {
        var run = Run(requests: null);
        await SendAsync(Settings(order));
        await SendAsync(Item("a"));
        await StartedAsync(1);

        _requests.Writer.Complete(new IOException("damaged"));

        Assert.Equal("damaged", (await Assert.ThrowsAsync<IOException>(() => run.WaitAsync(BusyThreads.Patience, Cancellation))).Message);
    }

    [Fact]
    public async Task Run_FaultOfTheServersOwn_IsLogged()
    {
        var run = Run([Item("bad"), Item("worse")]);
        Open("bad", new NotFoundException([new FieldViolation("targets[0].label", "there is none")]));
        Open("worse", new InvalidOperationException("a fault of the server's own"));
        await run;

        Assert.Equal(LogLevel.Error, Assert.Single(_log.Lines).Level);
    }

    [Fact]
    public async Task Run_NoRoom_WaitsAndTriesAgain()
    {
        var refusals = new Queue<Exception>([new QueueFullException(RefusalReason.Items, TimeSpan.FromSeconds(2)), new PixelBudgetException(1, TimeSpan.FromSeconds(3))]);
        var run = Run([Item("a")], refusals: refusals);
        Open("a");

        await StartedAsync(1);
        await WaitForTimerAsync();
        _time.Advance(TimeSpan.FromSeconds(2));
        await StartedAsync(1);
        Assert.False(_responses.Reader.TryRead(out _));
        await WaitForTimerAsync();
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(["a part", "a part", "a end 0"], await ReadAsync(3));
        await run;
    }

    [Fact]
    public async Task Run_TheClientLeaves_Ends()
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = Run([Item("a"), Item("b")], leave.Token);
        await StartedAsync(2);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    /// <summary>Photos that are still at work then are given up.</summary>
    [Fact]
    public async Task Run_TheWriterFails_EndsInItsFault()
    {
        var run = Run([Item("a"), Item("b")], write: _ => throw new IOException("gone"));
        await StartedAsync(2);
        Open("a");

        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(() => run)).Message);
    }

    [Theory]
    [InlineData(0, AnswerOrder.AsReady, "settings.max_in_flight")]
    [InlineData(65, AnswerOrder.AsReady, "settings.max_in_flight")]
    [InlineData(1, (AnswerOrder)9, "settings.order")]
    public async Task Run_WrongSettings_EndTheCall(int inFlight, AnswerOrder order, string field)
    {
        var fault = await Assert.ThrowsAsync<InvalidRequestException>(() => Run([Settings(order, inFlight), Item("a")]));

        Assert.Equal(field, Assert.Single(fault.Violations).Field);
    }

    [Fact]
    public async Task Run_NothingSent_EndsWell() => await Run([]);

    private static Request Item(string id) => new() { Item = new ExplainItem { Id = id, Request = new ClassificationServiceExplainRequest { Model = id } } };

    private static Request Settings(AnswerOrder order, int? inFlight = null)
    {
        var settings = new ExplainStreamSettings { Order = order };
        if (inFlight is { } count)
            settings.MaxInFlight = count;
        return new Request { Settings = settings };
    }

    private static string FieldOf(Response response) => response.End.Details
        .Select(detail => detail.TryUnpack<Google.Rpc.BadRequest>(out var bad) ? bad.FieldViolations.Single().Field : null)
        .OfType<string>()
        .Single();

    private void Open(string name, Exception? fault = null)
    {
        var gate = _gates.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (fault is null)
            gate.SetResult();
        else
            gate.SetException(fault);
    }

    private async Task SendAsync(Request request) => await _requests.Writer.WriteAsync(request, Cancellation);

    private async Task StartedAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await _started.Reader.ReadAsync(Cancellation);
    }

    /// <summary>Until the stream waits for the clock.</summary>
    private async Task WaitForTimerAsync() => await _time.Timers.Reader.ReadAsync(Cancellation);

    private async Task<IReadOnlyList<Response>> ResponsesAsync(int count)
    {
        var responses = new List<Response>();
        while (responses.Count < count)
            responses.Add(await _responses.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(BusyThreads.Patience, Cancellation));
        return responses;
    }

    private async Task<string[]> ReadAsync(int count) =>
        [.. (await ResponsesAsync(count)).Select(response => response.Id + (response.End is { } end ? $" end {end.Code}" : " part"))];

    private async Task Run(
        IEnumerable<Request>? requests, CancellationToken? cancellation = null, Func<CancellationToken, Task>? write = null, Queue<Exception>? refusals = null)
    {
        if (requests is not null)
        {
            foreach (var request in requests)
                await SendAsync(request);
            _requests.Writer.Complete();
        }
        var call = new FakeCall(cancellation ?? Cancellation);
        var stream = new ExplainStream((request, _, cancelled) => Answer(request.Model, refusals, cancelled), _time, _log);
        await stream.RunAsync(new FakeReader<Request>(_requests.Reader), new FakeWriter<Response>(_responses.Writer, write), call);
    }

    /// <summary>Two parts, once the gate of that name is open.</summary>
    private async IAsyncEnumerable<ClassificationServiceExplainResponse> Answer(
        string name, Queue<Exception>? refusals, [EnumeratorCancellation] CancellationToken cancellation)
    {
        _started.Writer.TryWrite(name);
        if (refusals is not null && refusals.TryDequeue(out var refusal))
            throw refusal;
        var gate = _gates.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await gate.Task.WaitAsync(cancellation);
        yield return new ClassificationServiceExplainResponse();
        yield return new ClassificationServiceExplainResponse();
    }
}
