using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;
using Grpc.Core;

namespace GradCamGrpc.Server.Streaming;

/// <summary>Explains the photos of a stream, several at a time.</summary>
/// <remarks>
/// A worker reads a message, answers it and reads the next; as many workers as photos may be in flight. What they answer goes through an
/// outbox that holds next to nothing, so that a client who does not read stops the workers, and with them the reading.
/// </remarks>
/// <param name="explain">Explains a photo, as <see cref="ClassExplainer.ExplainAsync"/> does.</param>
/// <param name="time">Measures how long a photo waits until there may be room for it.</param>
/// <param name="logger">Told of faults of the server's own.</param>
internal sealed class ExplainStream(
    Func<ClassificationServiceExplainRequest, Caller, CancellationToken, IAsyncEnumerable<ClassificationServiceExplainResponse>> explain,
    TimeProvider time,
    ILogger<ExplainStream> logger)
{
    private const int MaxIdLength = 128;

    /// <summary>What the photos of a stream have in common, side by side.</summary>
    private sealed record Call(Caller Caller, string Method)
    {
        public ConcurrentDictionary<string, long> IdsInFlight { get; } = new(StringComparer.Ordinal);
    }

    /// <param name="requests">What the client sends.</param>
    /// <param name="responses">Where answers go.</param>
    /// <param name="context">The call.</param>
    /// <exception cref="InvalidRequestException">The settings are wrong, or the call's priority is none.</exception>
    public async Task RunAsync(
        IAsyncStreamReader<ClassificationServiceExplainStreamRequest> requests,
        IServerStreamWriter<ClassificationServiceExplainStreamResponse> responses,
        ServerCallContext context)
    {
        if (!await requests.MoveNext(context.CancellationToken))
            return;
        var startsWithSettings = requests.Current.MessageCase is ClassificationServiceExplainStreamRequest.MessageOneofCase.Settings;
        var settings = StreamSettings.Read(startsWithSettings ? requests.Current.Settings : new ExplainStreamSettings());

        var call = new Call(Caller.Of(context), context.Method);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var outbox = new Outbox<ClassificationServiceExplainStreamResponse>(settings.IsOrdered);
        var sending = outbox.SendAllAsync(responses.WriteAsync, stop);
        try
        {
            await Parallel.ForEachAsync(
                ItemsAsync(requests, skipsCurrent: startsWithSettings, outbox, stop.Token),
                new ParallelOptions { MaxDegreeOfParallelism = settings.MaxInFlight, CancellationToken = stop.Token },
                async (item, cancellation) => await AnswerAsync(item, call, cancellation));
            outbox.Complete();
        }
        catch (Exception fault)
        {
            // The sending ends in this fault, unless it was the first to end.
            outbox.Complete(fault);
        }
        await sending;
    }

    private static async IAsyncEnumerable<StreamItem> ItemsAsync(
        IAsyncStreamReader<ClassificationServiceExplainStreamRequest> requests,
        bool skipsCurrent,
        Outbox<ClassificationServiceExplainStreamResponse> outbox,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var index = 0L;
        if (!skipsCurrent)
            yield return new StreamItem(index++, requests.Current, outbox.Open());
        while (await requests.MoveNext(cancellation))
            yield return new StreamItem(index++, requests.Current, outbox.Open());
    }

    private async Task AnswerAsync(StreamItem item, Call call, CancellationToken cancellation)
    {
        using var lane = item.Lane;
        var id = item.Message.Item?.Id ?? "";
        var isOwn = false;
        ValueTask Send(ClassificationServiceExplainStreamResponse response)
        {
            (response.ItemIndex, response.Id) = (item.Index, id);
            return lane.SendAsync(response, cancellation);
        }

        var status = new ItemStatus();
        try
        {
            var asked = Checked(item.Message);
            isOwn = call.IdsInFlight.TryAdd(id, item.Index);
            if (!isOwn)
                throw Invalid("item.id", $"'{Text.Quoted(id)}' is that of a photo in flight");
            await foreach (var part in ExplainAsync(asked.Request, call.Caller, cancellation))
                await Send(new ClassificationServiceExplainStreamResponse { Part = part });
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            if (StatusMapper.IsInternal(fault))
                logger.CallFailed(fault, call.Method);
            status = StatusMapper.ToItemStatus(fault);
        }
        finally
        {
            if (isOwn)
                call.IdsInFlight.TryRemove(id, out _);
        }
        await Send(new ClassificationServiceExplainStreamResponse { End = status });
        await lane.EndAsync(cancellation);
    }

    /// <summary>As the explainer does it, but where there is no room it waits.</summary>
    private async IAsyncEnumerable<ClassificationServiceExplainResponse> ExplainAsync(
        ClassificationServiceExplainRequest request, Caller caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            await using var parts = explain(request, caller, cancellation).GetAsyncEnumerator(cancellation);
            if (await StartAsync(parts) is { } delay)
            {
                await Task.Delay(delay, time, cancellation);
                continue;
            }
            do
            {
                yield return parts.Current;
            }
            while (await parts.MoveNextAsync());
            yield break;
        }
    }

    /// <summary>Moves to the first part.</summary>
    /// <returns>When to try again, where there was no room; else null.</returns>
    private static async Task<TimeSpan?> StartAsync(IAsyncEnumerator<ClassificationServiceExplainResponse> parts)
    {
        try
        {
            await parts.MoveNextAsync();
            return null;
        }
        catch (Exception full) when (Room.RetryAfter(full) is not null)
        {
            return Room.RetryAfter(full);
        }
    }

    private static ExplainItem Checked(ClassificationServiceExplainStreamRequest message)
    {
        if (message.MessageCase is ClassificationServiceExplainStreamRequest.MessageOneofCase.Settings)
            throw Invalid("settings", "they come first, before any photo");
        if (message.Item is not { } item)
            throw Invalid("message", "an item is needed");
        if (item.Id.Length is 0 or > MaxIdLength)
            throw Invalid("item.id", $"1 to {MaxIdLength} characters are needed");
        if (item.Request is null)
            throw Invalid("item.request", "it is missing");
        return item;
    }

    private static InvalidRequestException Invalid(string field, string description) => new([new FieldViolation(field, description)]);
}
