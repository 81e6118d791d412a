namespace GradCamGrpc.Cli.Comparing;

/// <summary>The pictures of a comparison.</summary>
/// <param name="Photo">The photo it is about.</param>
/// <param name="Files">A file for each picture that has a name.</param>
/// <param name="ContactSheet">The file that has all of them side by side; null where there are none.</param>
internal sealed record WrittenComparison(string Photo, IReadOnlyList<string> Files, string? ContactSheet);
