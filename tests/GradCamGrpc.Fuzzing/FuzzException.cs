namespace GradCamGrpc.Fuzzing;

/// <summary>Something that must not come of any input.</summary>
public sealed class FuzzException(string message) : Exception(message);
