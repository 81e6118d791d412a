using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Requests;

/// <summary>Draws all maps of a layer and method in one picture.</summary>
internal sealed class LabelImageWriter(DrawingThreads threads, ServerMetrics metrics)
{
    /// <summary>The label images of a request, those of each layer and method as they are asked for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="photo">Its photo.</param>
    /// <param name="maps">All its maps, in the order in which they came.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    public async IAsyncEnumerable<LabelImage> WriteAsync(
        CheckedExplainRequest request, Photo photo, IReadOnlyList<ReadyMap> maps, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var compared in maps.GroupBy(ready => (ready.Map.Layer, ready.Map.Method)))
        {
            foreach (var labelled in await threads.RunAsync(() => Write(request, photo, [.. compared]), cancellation))
                yield return labelled;
        }
    }

    private LabelImage[] Write(CheckedExplainRequest request, Photo photo, ReadyMap[] compared)
    {
        using var stage = metrics.Measure(Stage.Render, request.Model.Name);
        var origins = compared.Select(ready => ResponseWriter.Provenance(request, photo, ready)).ToArray();
        var provenance = origins[0].Clone();
        provenance.Score = null;

        var pictures = Draw(request.LabelImages, photo, compared).Select(image => (Data: LocationWriter.Encode(image), Counts: Count(image))).ToArray();
        return [.. request.LabelImages.Select((choice, i) => new LabelImage
        {
            Image = pictures[i].Data,
            Labels =
            {
                compared.Select((ready, k) => new LabelImageEntry
                {
                    Score = origins[k].Score,
                    TargetIndex = ready.TargetIndex,
                    PixelCount = pictures[i].Counts[k + 1],
                }),
            },
            Provenance = provenance,
            Rule = choice.Rule,
            Threshold = choice.Threshold,
            OutputIndex = i,
            RenderDuration = Duration.FromTimeSpan(stage.Elapsed),
        })];
    }

    /// <summary>Draws all of a request's label images at once: each row of each map is placed on the photo once for all of them.</summary>
    private static GreyImage[] Draw(IReadOnlyList<LabelImageChoice> choices, Photo photo, ReadyMap[] compared)
    {
        var placed = compared.Select(ready => Placed(ready, photo)).ToArray();
        var thresholds = choices.Select(choice => placed.Select(map => Localizer.Threshold(map.Maximum, choice.Threshold)).ToArray()).ToArray();
        var levels = choices.Select(_ => new byte[photo.Width * photo.Height]).ToArray();
        var rows = new ReadOnlyMemory<float>[placed.Length];
        var labels = new int[photo.Width];
        for (var y = 0; y < photo.Height; y++)
        {
            for (var k = 0; k < rows.Length; k++)
                rows[k] = placed[k].Row(y);
            for (var i = 0; i < choices.Count; i++)
            {
                Label(choices[i].Rule, rows, thresholds[i], labels);
                for (var x = 0; x < labels.Length; x++)
                    levels[i][y * photo.Width + x] = (byte)labels[x];
            }
        }
        return [.. levels.Select(drawn => new GreyImage(photo.Width, photo.Height, drawn))];
    }

    private static void Label(LabelRule rule, ReadOnlyMemory<float>[] maps, float[] thresholds, int[] labels)
    {
        if (rule is LabelRule.SeedCues)
            PixelLabels.SeedCues(maps, thresholds, labels);
        else
            PixelLabels.Strongest(maps, thresholds, labels);
    }

    private static PlacedHeat Placed(ReadyMap ready, Photo photo) => new(
        new HeatGrid(ready.Map.Shape.Width, ready.Map.Shape.Height, ready.Map.Heat()), photo.Width, photo.Height, photo.Input.Crop);

    /// <summary>How many pixels have each level.</summary>
    private static int[] Count(GreyImage image)
    {
        var counts = new int[byte.MaxValue + 1];
        foreach (var level in image.Levels.Span)
            counts[level]++;
        return counts;
    }
}
