namespace GradCamGrpc.Models.Checkpoints;

/// <summary>One array of a checkpoint.</summary>
/// <param name="Name">Its full dotted name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape, row-major; empty for a scalar.</param>
/// <param name="Offset">Where its bytes start, counted from the end of a safetensors header or the start of a PyTorch storage.</param>
/// <param name="Length">How many bytes lie from the start of its first element to the end of its last.</param>
public record TensorEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, long Offset, int Length);
