using GradCamGrpc.Explain.Cuts;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Inference;

/// <summary>What an inspection has to work with: the network, on the thread that owns it, and a photo it has just classified.</summary>
/// <param name="Network">The network.</param>
/// <param name="Image">The photo as the network takes it, [1, 3, H, W].</param>
/// <param name="Logits">Its outputs, by class index.</param>
/// <param name="Observed">What the layers say of it that the request observes, in their order: each [1, C, h, w], without a tape.</param>
/// <param name="Cancellation">Says that nobody waits any more.</param>
internal sealed record InspectedPhoto(CutNetwork Network, Tensor Image, float[] Logits, IReadOnlyList<Tensor> Observed, CancellationToken Cancellation);
