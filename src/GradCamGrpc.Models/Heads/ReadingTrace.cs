using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>What a layer has done with N rows of T words, or with some of them, so that gradients can be carried back through it.</summary>
/// <param name="Input">[N, T, d].</param>
/// <param name="Places">The places that it ran for, K of each of R rows, int64 [R, K]; null where it ran for all.</param>
/// <param name="Words">How the words looked at each other.</param>
/// <param name="Looking">What they knew when they looked at the photo, [N, T, d] or [R, K, d], as all that follows.</param>
/// <param name="Photo">How they did.</param>
/// <param name="Seen">What they knew then.</param>
/// <param name="Wide">What the layer's thought was before its non-linearity, [.., .., 4d].</param>
/// <param name="Output">What they know in the end.</param>
internal sealed record ReadingTrace(
    Tensor Input, Tensor? Places, AttentionTrace Words, Tensor Looking, AttentionTrace Photo, Tensor Seen, Tensor Wide, Tensor Output);
