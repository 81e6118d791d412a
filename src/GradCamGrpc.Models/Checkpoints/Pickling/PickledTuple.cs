namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>A tuple.</summary>
internal sealed record PickledTuple(object?[] Items);
