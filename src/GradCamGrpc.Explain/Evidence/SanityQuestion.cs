using GradCamGrpc.Explain.Scores;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>An image, and the score whose maps are compared.</summary>
/// <param name="Image">[1, 3, H, W], as the network takes it.</param>
/// <param name="Target">The score; it stays the same while the network is destroyed.</param>
public sealed record SanityQuestion(Tensor Image, ScoreTarget Target);
