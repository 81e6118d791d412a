using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>Scores of a head, and how they change with the vectors that it takes of its layers.</summary>
/// <param name="Scores">[R].</param>
/// <param name="OfVectors">dScore/dVector: for each <see cref="HeadReading"/> [R, h·w, d].</param>
public sealed record HeadGradients(Tensor Scores, IReadOnlyList<VectorField> OfVectors);
