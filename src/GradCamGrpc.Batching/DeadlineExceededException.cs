namespace GradCamGrpc.Batching;

/// <summary>An item's deadline passed before its turn came.</summary>
public sealed class DeadlineExceededException() : Exception("the deadline passed while the request was waiting");
