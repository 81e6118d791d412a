using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Batching;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Streaming;
using Grpc.Core;

namespace GradCamGrpc.Server.Video;

/// <summary>One stream of frames: this side reads and chooses, the other, a task of its own, explains what was chosen.</summary>
/// <param name="open">Checks the settings.</param>
/// <param name="sequence">Checks the frames.</param>
/// <param name="time">The clock.</param>
/// <param name="lane">Where answers go.</param>
/// <param name="failed">Told of what a frame ended in.</param>
internal sealed class VideoCall(
    Func<VideoSettings, VideoPlan> open, FrameSequence sequence, TimeProvider time, Outbox<VideoAnswer>.Lane lane, Action<Exception> failed)
{
    private VideoPlan? _plan;
    private VideoSettings _settings = new();
    private bool _areWrong;
    private FrameQueue<ReceivedFrame>? _queue;
    private Task _explaining = Task.CompletedTask;
    private long _read;
    private long _accepted;

    /// <summary>Ends when every frame is answered.</summary>
    public async Task RunAsync(IAsyncStreamReader<VideoServiceExplainRequest> requests, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (await requests.MoveNext(stop.Token))
                await TakeAsync(requests.Current, stop);
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAny(_explaining);
            if (_explaining.IsFaulted)
                await _explaining;
            throw;
        }
        _queue?.Complete();
        await _explaining;
    }

    private Task TakeAsync(VideoServiceExplainRequest message, CancellationTokenSource stop) => message.MessageCase switch
    {
        VideoServiceExplainRequest.MessageOneofCase.Settings => TakeAsync(message.Settings, stop.Token),
        VideoServiceExplainRequest.MessageOneofCase.Frame => TakeAsync(message.Frame, stop),
        _ => RefuseAsync(_read++, timestamp: null, Invalid("message", "settings or a frame are needed"), stop.Token),
    };

    private async Task TakeAsync(VideoSettings settings, CancellationToken cancellation)
    {
        var status = new ItemStatus();
        try
        {
            if (_queue is not null)
                throw Invalid("settings", "they come before the frames");
            (_settings, _areWrong, _plan) = (settings, false, null);
            _plan = OpenSettings();
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            failed(fault);
            status = StatusMapper.ToItemStatus(fault);
        }
        await lane.SendAsync(new VideoAnswer(new VideoServiceExplainResponse { SettingsStatus = status }), cancellation);
    }

    private async Task TakeAsync(VideoFrame message, CancellationTokenSource stop)
    {
        var index = _read++;
        var arrived = time.GetUtcNow();
        ReceivedFrame frame;
        try
        {
            _plan ??= OpenSettings();
            var format = sequence.Next(message);
            frame = new ReceivedFrame(index, message.Image, format.Size, message.Timestamp, arrived, arrived + _plan.FrameDeadline);
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            await RefuseAsync(index, message.Timestamp, fault, stop.Token);
            return;
        }

        if (_queue is null)
        {
            _queue = new FrameQueue<ReceivedFrame>(_plan.Choice.LatestWins);
            _explaining = ExplainAllAsync(_queue, _plan.Explainer, stop);
        }
        if (!_plan.Choice.Takes(_accepted++))
            await SendAsync(frame, Unanswered(UnansweredReason.Skipped), stop.Token);
        else if (await _queue.PutAsync(frame, stop.Token) is { } dropped)
            await SendAsync(dropped, Unanswered(UnansweredReason.Dropped), stop.Token);
    }

    /// <summary>Checks the settings. Those that fail for a reason that may pass, such as a server that starts, are tried again with the next frame.</summary>
    private VideoPlan OpenSettings()
    {
        if (_areWrong)
            throw Invalid("settings", "those of this stream are wrong; right ones have to come before any frame");
        try
        {
            return open(_settings);
        }
        catch (Exception fault) when (fault is InvalidRequestException or NotFoundException)
        {
            _areWrong = true;
            throw;
        }
    }

    private async Task ExplainAllAsync(FrameQueue<ReceivedFrame> queue, IFrameExplainer explainer, CancellationTokenSource stop)
    {
        // Not on the thread that reads.
        await Task.Yield();
        try
        {
            await foreach (var frame in queue.TakeAllAsync(stop.Token))
                await SendAsync(frame, await ExplainAsync(frame, explainer, stop.Token), stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<VideoFrameResult> ExplainAsync(ReceivedFrame frame, IFrameExplainer explainer, CancellationToken cancellation)
    {
        var began = time.GetUtcNow();
        if (began > frame.Deadline)
            return Unanswered(UnansweredReason.Expired);
        using var expiry = new CancellationTokenSource(frame.Deadline - began ?? Timeout.InfiniteTimeSpan, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellation);
        try
        {
            var explained = await Room.WaitForAsync(() => explainer.ExplainAsync(frame, end.Token), time, end.Token);
            explained.WaitDuration = Duration.FromTimeSpan(began - frame.ArrivedAt);
            return new VideoFrameResult { Explained = explained };
        }
        catch (Exception late) when (late is OperationCanceledException or DeadlineExceededException && IsLate(frame) && !cancellation.IsCancellationRequested)
        {
            return Unanswered(UnansweredReason.Expired);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            failed(fault);
            return new VideoFrameResult { Status = StatusMapper.ToItemStatus(fault) };
        }

        bool IsLate(ReceivedFrame asked) => expiry.IsCancellationRequested || time.GetUtcNow() >= asked.Deadline;
    }

    private ValueTask SendAsync(ReceivedFrame frame, VideoFrameResult result, CancellationToken cancellation)
    {
        (result.FrameIndex, result.Timestamp) = (frame.Index, frame.Timestamp);
        return lane.SendAsync(new VideoAnswer(new VideoServiceExplainResponse { Frame = result }, frame), cancellation);
    }

    private async Task RefuseAsync(long index, Duration? timestamp, Exception fault, CancellationToken cancellation)
    {
        failed(fault);
        var result = new VideoFrameResult { FrameIndex = index, Timestamp = timestamp, Status = StatusMapper.ToItemStatus(fault) };
        await lane.SendAsync(new VideoAnswer(new VideoServiceExplainResponse { Frame = result }), cancellation);
    }

    private static VideoFrameResult Unanswered(UnansweredReason reason) => new() { UnansweredReason = reason };

    private static InvalidRequestException Invalid(string field, string description) => new([new FieldViolation(field, description)]);
}
