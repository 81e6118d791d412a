using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>A label image and the file it was written to.</summary>
/// <param name="Legend">What its values stand for, and where it comes from; without the picture.</param>
/// <param name="File">The file.</param>
internal sealed record WrittenLabelImage(LabelImage Legend, string File);
