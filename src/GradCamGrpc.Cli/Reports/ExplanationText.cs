using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Spectre.Console;
using static GradCamGrpc.Cli.Reports.TableText;

namespace GradCamGrpc.Cli.Reports;

/// <summary>What came of explaining a photo, in words.</summary>
internal sealed class ExplanationText(IAnsiConsole console) : ConsoleText(console)
{
    /// <summary>Boxes that are told in words; a map of dots has hundreds.</summary>
    private const int BoxesWorthALine = 5;

    public void Photo(ExplainedPhoto photo)
    {
        if (photo.Prediction is null)
            return;
        Heading(photo.Path);
        Classes(photo.Prediction);
        foreach (var map in photo.Maps)
        {
            var note = (map.ScoreIsFlat, map.AllZero) switch
            {
                (true, _) => ": the score's gradient is zero everywhere, the map is all zero; try another --score",
                (_, true) when map.Provenance.Score.Kind is ScoreKind.Counterfactual => ": nothing does, the map is all zero",
                (_, true) => ": nothing speaks for it, the map is all zero",
                _ => "",
            };
            Console.MarkupLineInterpolated($"  {Subjects.Question(map.Provenance.Score)}{At(map.Provenance)} by {MethodNames.Of(map.Provenance.Method)}{note}");
            Places(map);
            foreach (var file in map.Files)
                File(file);
        }
        foreach (var labelled in photo.LabelImages)
            LabelImage(labelled);
    }

    /// <summary>Boxes and peak in words.</summary>
    private void Places(WrittenMap map)
    {
        var boxes = map.Boxes?.Boxes ?? [];
        foreach (var box in boxes.Take(BoxesWorthALine))
        {
            var place = box.Rectangle;
            Console.MarkupLineInterpolated(
                $"    box of {Pixels(place.Width)} x {Pixels(place.Height)} pixels at ({Pixels(place.X)}, {Pixels(place.Y)}), {Percent(box.EnergyShare)} % of the map in it");
        }
        if (boxes.Count > BoxesWorthALine)
            Console.MarkupLineInterpolated($"    and {boxes.Count - BoxesWorthALine} boxes around smaller regions");
        if (map.Peak?.Point is { } peak)
            Console.MarkupLineInterpolated($"    peak at ({Pixels(peak.X)}, {Pixels(peak.Y)})");
    }

    private void LabelImage(WrittenLabelImage labelled)
    {
        var provenance = labelled.Legend.Provenance;
        Console.MarkupLineInterpolated(
            $"  which class each pixel speaks for ({LabelRules.NameOf(labelled.Legend.Rule)}){At(provenance)} by {MethodNames.Of(provenance.Method)}");
        var pixels = (double)provenance.ImageSize.Width * provenance.ImageSize.Height;
        for (var k = 0; k < labelled.Legend.Labels.Count; k++)
        {
            var label = labelled.Legend.Labels[k];
            Console.MarkupLineInterpolated($"    {k + 1} is [bold]{Subjects.Label(label.Score)}[/], {Percent(label.PixelCount / pixels)} % of the photo");
        }
        File(labelled.File);
    }
}
