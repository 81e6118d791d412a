using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Video;

/// <summary>Explains frames by a model, and remembers from one to the next what smoothing and keyframes need.</summary>
/// <param name="query">What is asked of every frame.</param>
/// <param name="caller">Who asks.</param>
/// <param name="steadiness">What is smoothed, and what counts as the same picture.</param>
/// <param name="photos">Decodes.</param>
/// <param name="writer">Draws.</param>
internal sealed class FrameExplainer(
    CheckedExplainRequest query, Caller caller, Steadiness steadiness, PhotoReader photos, ResponseWriter writer) : IFrameExplainer
{
    private KeyFrame? _key;

    /// <summary>A map of one score at one layer by one method.</summary>
    private sealed record Series(int TargetIndex, int? ClassIndex, string? Layer, IExplanationMethod Method);

    /// <summary>The last frame that the network saw.</summary>
    private sealed record KeyFrame(
        GreyCopy Grey,
        Duration Timestamp,
        ClassificationPrediction Prediction,
        IReadOnlyList<ReadyMap> Maps,
        IReadOnlyDictionary<Series, SmoothedMap> Smoothed);

    /// <inheritdoc />
    public async Task<ExplainedFrame> ExplainAsync(ReceivedFrame frame, CancellationToken cancellation)
    {
        using var place = query.Model.Reserve(caller with { Deadline = frame.Deadline }, query.View);
        var maps = query.Targets.Sum(target => target.Count) * query.MapsPerScore;
        AnswerLimits.Ensure([.. Enumerable.Repeat(new PlannedMap(query, frame.Size), maps)]);
        using var photo = await photos.ReadAsync(frame.Image, frame.Size, query.Model, isDrawn: true, cancellation);
        var grey = GreyCopy.Of(photo.Drawing!.Pixels);
        var difference = _key?.Grey.DifferenceTo(grey) ?? 1;
        if (_key is { } last && difference <= steadiness.KeyframeThreshold)
        {
            photo.Input.Dispose();
            var same = await WriteAsync(photo, last, difference, cancellation);
            same.KeyframeTimestamp = last.Timestamp;
            return same;
        }

        var restarts = _key is null || difference > steadiness.MotionThreshold;
        var inference = place.Submit(photo, query, cancellation);
        var prediction = ResponseWriter.Prediction(query.Model, photo, await inference.Prediction, query.PredictionTopK);
        var ready = await query.Fused(inference.Items).ToListAsync(cancellation);
        _key = Smooth(new KeyFrame(grey, frame.Timestamp, prediction, ready, restarts ? new Dictionary<Series, SmoothedMap>() : _key!.Smoothed));
        var explained = await WriteAsync(photo, _key, difference, cancellation);
        explained.SmoothingRestarted = restarts;
        return explained;
    }

    private KeyFrame Smooth(KeyFrame key)
    {
        if (steadiness.SmoothingFactor is not { } factor)
            return key;
        var smoothed = new Dictionary<Series, SmoothedMap>();
        var maps = new List<ReadyMap>();
        foreach (var ready in key.Maps)
        {
            var series = new Series(ready.TargetIndex, ready.ClassIndex, ready.Map.Layer?.Name, ready.Map.Method);
            smoothed[series] = key.Smoothed.GetValueOrDefault(series) ?? new SmoothedMap(factor);
            var map = ready.Map with { Values = smoothed[series].Next(ready.Map.Values, key.Timestamp.ToTimeSpan()) };
            maps.Add(ready with { Map = map with { ScoreIsFlat = map.ScoreIsFlat && map.IsZero } });
        }
        return key with { Maps = maps, Smoothed = smoothed };
    }

    private async Task<ExplainedFrame> WriteAsync(Photo photo, KeyFrame key, double difference, CancellationToken cancellation)
    {
        var frame = new ExplainedFrame { Prediction = key.Prediction, Difference = difference };
        foreach (var map in key.Maps)
            frame.Maps.Add(await writer.MapAsync(query, photo, map, cancellation));
        return frame;
    }
}
