using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads how a client wants maps drawn together.</summary>
internal static class LabelImageReader
{
    private const int MaxLabelImages = 4;
    private const int MinMaps = 2;

    public static LabelImageChoice[] Read(IReadOnlyList<LabelImageOutput> outputs, Violations faults)
    {
        if (outputs.Count > MaxLabelImages)
        {
            faults.Invalid("label_images", $"{outputs.Count} label images are more than {MaxLabelImages}");
            return [];
        }
        return [.. outputs.Select((output, i) => Read(output, $"label_images[{i}]", faults))];
    }

    /// <summary>Checks that there is something to compare.</summary>
    public static void CheckMaps(LabelImageChoice[] choices, TargetChoice[] targets, Violations faults)
    {
        var maps = targets.Sum(target => target.Count);
        if (choices.Length > 0 && maps < MinMaps)
            faults.Invalid("label_images", $"they compare {MinMaps} or more maps of a layer and method; the targets stand for {maps}");
    }

    private static LabelImageChoice Read(LabelImageOutput output, string field, Violations faults)
    {
        if (!Enum.IsDefined(output.Rule))
            faults.Invalid($"{field}.rule", $"{(int)output.Rule} is not a known rule");
        return new LabelImageChoice(
            output.Rule is LabelRule.Unspecified ? LabelRule.Strongest : output.Rule,
            ThresholdReader.Read(output.HasThreshold ? output.Threshold : null, $"{field}.threshold", faults));
    }
}
