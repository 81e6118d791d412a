using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>A photo of which it is known what is on it and, mostly, where.</summary>
/// <param name="Path">Its file.</param>
/// <param name="ClassIndex">The class that is on it.</param>
/// <param name="Boxes">Around each thing of that class, in pixels of the photo; none where it is not known where the thing is.</param>
internal sealed record BoxedPhoto(string Path, int ClassIndex, IReadOnlyList<BoundingBox> Boxes);
