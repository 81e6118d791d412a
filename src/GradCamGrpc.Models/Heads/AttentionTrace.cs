using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>What attention has done, so that gradients can be carried back through it.</summary>
/// <param name="Attended">What was attended to, of M rows and S places.</param>
/// <param name="Queries">What was asked, by √(d/H), [M, H, N/M·T, d/H].</param>
/// <param name="Weights">[M, H, N/M·T, S].</param>
/// <param name="Answers">[M, H, N/M·T, d/H].</param>
internal sealed record AttentionTrace(KeysAndValues Attended, Tensor Queries, Tensor Weights, Tensor Answers);
