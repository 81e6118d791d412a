namespace GradCamGrpc.Cli.Auditing;

/// <summary>A photo that could not be used.</summary>
/// <param name="File">Its file, within the data set.</param>
/// <param name="Reason">Why, a sentence.</param>
internal sealed record SkippedPhoto(string File, string Reason);
