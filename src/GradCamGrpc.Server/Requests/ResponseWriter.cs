using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns what a model says into messages, pictures included.</summary>
internal sealed class ResponseWriter(DrawingThreads threads, ServerMetrics metrics)
{
    public static ClassificationPrediction Prediction(ModelInstance model, Photo photo, ForwardResult result, int topK)
    {
        var probabilities = Ranking.Softmax(result.Logits);
        return new ClassificationPrediction
        {
            Model = model.Name,
            ModelVersion = model.Manifest.Version,
            ModelRevision = model.Folder.Revision,
            Classes =
            {
                Ranking.Top(result.Logits, topK).Select(index => Score(model, result, probabilities, index)),
            },
            Crop = Rectangle(photo.Input.Crop),
            ImageSize = Size(photo.Width, photo.Height),
            Timings = Timings(photo, result),
        };
    }

    public static RequestTimings Timings(Photo photo, ForwardResult result) => new()
    {
        DecodeDuration = Duration.FromTimeSpan(photo.Decode),
        QueueDuration = Duration.FromTimeSpan(result.Queued),
        ForwardDuration = Duration.FromTimeSpan(result.Forward),
        BatchSize = result.BatchSize,
    };

    public static RankedClass Ranked(ModelInstance model, ForwardResult result, int classIndex) => new()
    {
        Score = Score(model, result, Ranking.Softmax(result.Logits), classIndex),
        Rank = Ranking.RankOf(result.Logits, classIndex),
    };

    /// <summary>A map in every form that was asked for. Where that takes time, the thread of the call sends meanwhile what came before.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public ValueTask<SaliencyMap> MapAsync(CheckedExplainRequest request, Photo photo, ReadyMap ready, CancellationToken cancellation) =>
        MapAsync(request, photo, ready, Provenance(request, photo, ready), cancellation);

    /// <summary>The same of a map whose origin is known.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public async ValueTask<SaliencyMap> MapAsync(
        MapQuestion request, Photo photo, ReadyMap ready, MapProvenance provenance, CancellationToken cancellation) => request.TakesTime
        ? await threads.RunAsync(() => Map(request, photo, ready, provenance), cancellation)
        : Map(request, photo, ready, provenance);

    /// <summary>The same on this thread.</summary>
    public SaliencyMap Map(CheckedExplainRequest request, Photo photo, ReadyMap ready) =>
        Map(request, photo, ready, Provenance(request, photo, ready));

    private SaliencyMap Map(MapQuestion request, Photo photo, ReadyMap ready, MapProvenance provenance)
    {
        using var stage = metrics.Measure(Stage.Render, request.Model.Name);
        var shape = ready.Map.Shape;
        var heat = new HeatGrid(shape.Width, shape.Height, ready.Map.Heat());
        return new SaliencyMap
        {
            Provenance = provenance,
            AllZero = heat.IsAllZero,
            ScoreIsFlat = ready.Map.ScoreIsFlat,
            TargetIndex = ready.TargetIndex,
            Outputs = { request.Outputs.Select(output => Render(output, ready.Map, heat, photo)) },
            Timings = new MapTimings
            {
                BackwardDuration = Duration.FromTimeSpan(ready.Backward),
                RenderDuration = Duration.FromTimeSpan(stage.Elapsed),
            },
        };
    }

    private static ClassScore Score(ModelInstance model, ForwardResult result, double[] probabilities, int index) => new()
    {
        ClassIndex = index,
        Label = model.Labels.Labels[index],
        Probability = probabilities[index],
        Logit = result.Logits[index],
    };

    private static RenderedMap Render(OutputForm output, Explain.SaliencyMap map, HeatGrid heat, Photo photo)
    {
        var crop = photo.Input.Crop;
        switch (output)
        {
            case OutputForm.Raw raw:
                return new RenderedMap { Raw = Numbers(raw, map, heat, photo) };
            case OutputForm.HeatMap heatMap:
                using (var picture = HeatPainter.HeatMap(heat, photo.Width, photo.Height, crop, heatMap.Colors))
                    return new RenderedMap { Image = Encode(picture, heatMap.Writing) };
            case OutputForm.Overlay overlay:
                using (var picture = HeatPainter.Overlay(photo.Drawing!.Pixels, heat, crop, overlay.Colors, overlay.Opacity))
                    return new RenderedMap { Image = Encode(picture, overlay.Writing) };
            default:
                return LocationWriter.Write(output, heat, photo);
        }
    }

    private static RawMap Numbers(OutputForm.Raw form, Explain.SaliencyMap map, HeatGrid heat, Photo photo)
    {
        var (width, height, crop) = form.Grid switch
        {
            MapGrid.Native => (heat.Width, heat.Height, Whole(heat.Width, heat.Height)),
            MapGrid.Input => (photo.Input.Width, photo.Input.Height, Whole(photo.Input.Width, photo.Input.Height)),
            _ => (photo.Width, photo.Height, photo.Input.Crop),
        };
        HeatGrid[] planes = form.Values switch
        {
            MapValues.Signed => [.. Planes(map).Select(plane => plane.Placed(width, height, crop))],
            MapValues.Rectified => [heat.Rectified().Placed(width, height, crop)],
            _ => [heat.Scaled(width, height, crop)],
        };
        return new RawMap
        {
            Size = Size(width, height),
            ChannelCount = planes.Length,
            Grid = form.Grid,
            Values = form.Values,
            Data = UnsafeByteOperations.UnsafeWrap(LittleEndian(planes)),
        };
    }

    private static IEnumerable<HeatGrid> Planes(Explain.SaliencyMap map) => Enumerable.Range(0, map.Shape.Channels).Select(channel =>
        new HeatGrid(map.Shape.Width, map.Shape.Height, map.Values.Slice(channel * map.Shape.Positions, map.Shape.Positions)));

    private static byte[] LittleEndian(HeatGrid[] planes)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("maps are written on little-endian machines only");
        var bytes = new byte[planes.Sum(plane => plane.Values.Length * sizeof(float))];
        var rest = bytes.AsSpan();
        foreach (var plane in planes)
        {
            var written = MemoryMarshal.AsBytes(plane.Values.Span);
            written.CopyTo(rest);
            rest = rest[written.Length..];
        }
        return bytes;
    }

    public static EncodedImage Encode(PixelBuffer picture, ImageWriting writing) => new()
    {
        Format = writing.Format switch
        {
            PictureFormat.Png => ImageFormat.Png,
            PictureFormat.Jpeg => ImageFormat.Jpeg,
            _ => ImageFormat.Webp,
        },
        Size = Size(picture.Width, picture.Height),
        Data = UnsafeByteOperations.UnsafeWrap(PictureEncoder.Encode(picture, writing.Format, writing.Quality)),
    };

    /// <summary>Where a map comes from.</summary>
    public static MapProvenance Provenance(CheckedExplainRequest request, Photo photo, ReadyMap ready) =>
        Provenance(request.Model, photo, request.Targets[ready.TargetIndex], ready.ClassIndex, ready.Map, request.Fusion);

    /// <summary>Where a map comes from.</summary>
    /// <param name="model">Whose map it is.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="target">The target that asked for it.</param>
    /// <param name="classIndex">The class whose score it explains; null for that of several classes together.</param>
    /// <param name="map">The map.</param>
    /// <param name="fusion">How it was fused, where it is a fused one.</param>
    public static MapProvenance Provenance(
        ModelInstance model, Photo photo, TargetChoice target, int? classIndex, Explain.SaliencyMap map, FusionRule? fusion = null) =>
        Provenance(model, photo, ScoreWriter.Write(model, target, classIndex, map.Score), map, fusion);

    /// <summary>Where a map comes from.</summary>
    /// <param name="model">Whose map it is.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="score">The score that it explains.</param>
    /// <param name="map">The map.</param>
    /// <param name="fusion">How it was fused, where it is a fused one.</param>
    public static MapProvenance Provenance(ModelInstance model, Photo photo, ExplainedScore score, Explain.SaliencyMap map, FusionRule? fusion) => new()
    {
        Model = model.Name,
        ModelVersion = model.Manifest.Version,
        ModelRevision = model.Folder.Revision,
        WeightsSha256 = model.Manifest.Weights.Sha256,
        Layers = { LayersOf(map).Select(layer => layer.Name) },
        NativeSize = Size(map.Shape.Width, map.Shape.Height),
        Method = MethodReader.Write(map.Method),
        Score = score,
        Crop = Rectangle(photo.Input.Crop),
        ImageSize = Size(photo.Width, photo.Height),
        InputSize = Size(photo.Input.Width, photo.Input.Height),
        LayerFusion = FusionReader.Write(map.FusedLayers.Count > 0 ? fusion : null),
    };

    private static IEnumerable<CutLayer> LayersOf(Explain.SaliencyMap map) => map.Layer is { } layer ? [layer] : map.FusedLayers;

    public static PixelSize Size(int width, int height) => new() { Width = width, Height = height };

    private static CropRectangle Whole(int width, int height) => new(0, 0, width, height);

    public static PixelRectangle Rectangle(CropRectangle crop) => new() { X = crop.X, Y = crop.Y, Width = crop.Width, Height = crop.Height };
}
