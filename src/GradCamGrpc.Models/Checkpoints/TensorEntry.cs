namespace GradCamGrpc.Models.Checkpoints;

/// <summary>One array of a checkpoint.</summary>
/// <param name="Name">Its full dotted name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape, row-major; empty for a scalar.</param>
/// <param name="Offset">Where its bytes start, counted from the first byte behind the header.</param>
/// <param name="Length">How many bytes it has.</param>
public sealed record TensorEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, long Offset, int Length);
