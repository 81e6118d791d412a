using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to compare models, checked.</summary>
/// <param name="Questions">One map of each model; where the class is not known yet, only the first question has its target.</param>
/// <param name="IsClassKnown">Whether the class was named; else it is the first model's most probable one.</param>
/// <param name="Boxes">Where the object is, in pixels of the photo; empty where that is not known.</param>
internal sealed record CheckedCompareModelsRequest(
    IReadOnlyList<CheckedExplainRequest> Questions, bool IsClassKnown, IReadOnlyList<BoundingBox> Boxes)
{
    /// <exception cref="InvalidRequestException">The answer fits no message.</exception>
    public void EnsureWritable(ImageSize photo)
    {
        foreach (var question in Questions)
            question.EnsureWritable(photo, Questions.Count);
    }

    /// <exception cref="InvalidRequestException">A box lies beside the photo.</exception>
    public void EnsureBoxesLieOn(Photo photo)
    {
        var faults = new Violations();
        var whole = new BoundingBox(0, 0, photo.Width, photo.Height);
        for (var i = 0; i < Boxes.Count; i++)
        {
            if (Boxes[i].Intersect(whole).Area == 0)
                faults.Invalid($"boxes[{i}]", $"it lies beside the photo of {photo.Width} x {photo.Height} pixels");
        }
        faults.ThrowIfAny();
    }
}
