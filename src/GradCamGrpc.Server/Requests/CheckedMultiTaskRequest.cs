using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request for several things about one photo, checked. One at least is wanted.</summary>
/// <param name="Model">The model.</param>
/// <param name="Classification">What of its classes; null for nothing.</param>
/// <param name="Captioning">What of a caption; null for nothing.</param>
/// <param name="Vqa">What of answers; null for nothing.</param>
internal sealed record CheckedMultiTaskRequest(
    ModelInstance Model, CheckedExplainRequest? Classification, CheckedCaptionExplainRequest? Captioning, CheckedVqaExplainRequest? Vqa)
{
    /// <summary>All that is wanted.</summary>
    public IReadOnlyList<MapQuestion> Parts => [.. new MapQuestion?[] { Classification, Captioning, Vqa }.OfType<MapQuestion>()];

    /// <summary>Checks that what is asked for can be written, where each map has an answer of its own.</summary>
    /// <param name="photo">The photo's size.</param>
    /// <exception cref="InvalidRequestException">Something of the photo's size fits neither its format nor a message.</exception>
    public void EnsureWritable(ImageSize photo)
    {
        var faults = new Violations();
        Classification?.CheckWritable(photo, faults.Of(MultiTaskReader.Classification));
        Captioning?.CheckWritable(photo, faults.Of(MultiTaskReader.Captioning));
        Vqa?.CheckWritable(photo, faults.Of(MultiTaskReader.Vqa));
        faults.ThrowIfAny();
    }
}
