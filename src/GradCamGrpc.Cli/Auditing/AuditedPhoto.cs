using System.Text.Json.Serialization;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Cli.Auditing;

/// <summary>What came of one photo; shares from 0 to 1.</summary>
/// <param name="File">Its file, within the data set.</param>
/// <param name="ClassIndex">What it is labelled as.</param>
/// <param name="Label">That class's label.</param>
/// <param name="Probability">Of that class.</param>
/// <param name="Predicted">The network's first class.</param>
/// <param name="PredictedLabel">The first class's label.</param>
/// <param name="PredictedProbability">Of the first class.</param>
/// <param name="EnergyInside">How much of the map of its class lies in the boxes; null without boxes, or for a blank map.</param>
/// <param name="BoxArea">How much of the photo lies in the boxes: what an even map would have inside; null without boxes.</param>
/// <param name="BorderEnergy">How much of it lies in the photo's border; null for a blank map.</param>
internal sealed record AuditedPhoto(
    string File,
    int ClassIndex,
    string Label,
    double Probability,
    int Predicted,
    string PredictedLabel,
    double PredictedProbability,
    double? EnergyInside,
    double? BoxArea,
    double? BorderEnergy)
{
    /// <summary>How deep the border is, at each side, as a share of the photo's height and width.</summary>
    public const double BorderDepth = 0.1;

    /// <summary>What of an even map lies in the border.</summary>
    public const double EvenBorderEnergy = 1 - (1 - 2 * BorderDepth) * (1 - 2 * BorderDepth);

    /// <summary>Whether nothing in the photo speaks for its class.</summary>
    public bool IsBlank => BorderEnergy is null;

    [JsonIgnore]
    public bool IsRight => Predicted == ClassIndex;

    /// <param name="file">The photo's file, within the data set.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="outputs">What the network says of it.</param>
    /// <param name="map">The map of the photo's class.</param>
    /// <param name="labels">The labels of the classes.</param>
    /// <exception cref="EvaluationException">The outputs or the map are not finite.</exception>
    public static AuditedPhoto Of(string file, LoadedPhoto photo, ClassOutputs outputs, SaliencyMap map, IReadOnlyList<string> labels)
    {
        outputs.Checked(photo.Photo.Path);
        var heat = PhotoHeat.Of(map.Checked(photo.Photo.Path), photo.Size).Span;
        var isBlank = PhotoHeat.Grid(map).IsAllZero;
        var boxes = photo.Photo.Boxes;
        return new AuditedPhoto(
            file,
            photo.Photo.ClassIndex,
            labels[photo.Photo.ClassIndex],
            outputs.Probability(photo.Photo.ClassIndex),
            outputs.First,
            labels[outputs.First],
            outputs.Probability(outputs.First),
            isBlank || boxes.Count == 0 ? null : HeatEnergy.ShareInside(heat, photo.Size.Width, boxes),
            boxes.Count == 0 ? null : BoxedShare.Of(photo.Size, boxes),
            isBlank ? null : HeatEnergy.ShareInBorder(heat, photo.Size.Width, BorderDepth));
    }
}
