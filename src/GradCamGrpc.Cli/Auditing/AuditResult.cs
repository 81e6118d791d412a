namespace GradCamGrpc.Cli.Auditing;

/// <summary>The figures of an audit.</summary>
/// <param name="Data">The data set's folder.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Method">How maps were made.</param>
/// <param name="Layer">Where; null for a method that has no layer.</param>
/// <param name="HasBoxes">Whether it is known where things are.</param>
/// <param name="Top1">The share of the photos whose class is the network's first, 0 to 1.</param>
/// <param name="Classes">Each class's figures, the worst first: by what lies in the boxes or, without boxes, by the probability.</param>
/// <param name="Confusions">What the network takes for something else.</param>
/// <param name="Worst">The worst photos of all, the worst first.</param>
/// <param name="Skipped">Photos that could not be used.</param>
/// <param name="Photos">Every photo's figures.</param>
internal sealed record AuditResult(
    string Data,
    string Model,
    string Method,
    string? Layer,
    bool HasBoxes,
    double Top1,
    IReadOnlyList<ClassAudit> Classes,
    IReadOnlyList<Confusion> Confusions,
    IReadOnlyList<AuditedPhoto> Worst,
    IReadOnlyList<SkippedPhoto> Skipped,
    IReadOnlyList<AuditedPhoto> Photos);
