using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Requests;

/// <summary>What is measured of every map, checked.</summary>
/// <param name="Measures">What.</param>
/// <param name="Boxes">Where the thing is.</param>
/// <param name="IncludesBaselines">Whether maps that know nothing are judged, too.</param>
/// <param name="Curves">How curves are drawn.</param>
/// <param name="Occlusion">How the photo is covered.</param>
/// <param name="Sensitivity">How the photo is shaken.</param>
/// <param name="Seed">Of the random map.</param>
internal sealed record MeasurePlan(
    IReadOnlySet<Measure> Measures,
    PhotoBoxes Boxes,
    bool IncludesBaselines,
    PixelCurves Curves,
    Explain.Attribution.Occlusion Occlusion,
    Sensitivity Sensitivity,
    ulong Seed)
{
    public bool Has(Measure measure) => Measures.Contains(measure);

    /// <summary>The same of a photo that is there, with its boxes cut to it.</summary>
    /// <exception cref="InvalidRequestException">A box is wholly outside of the photo.</exception>
    public MeasurePlan Of(Photo photo) => this with { Boxes = Boxes.CutTo(photo.Width, photo.Height) };
}
