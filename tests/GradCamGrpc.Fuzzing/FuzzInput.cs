namespace GradCamGrpc.Fuzzing;

/// <summary>A hostile input.</summary>
/// <param name="Kind">What it pretends to be: the end of a file's name, or a method of the API.</param>
/// <param name="Parts">Its bytes: one file, or the messages of a call.</param>
public sealed record FuzzInput(string Kind, IReadOnlyList<byte[]> Parts);
