using GradCamGrpc.Models.Heads;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Heads;

/// <summary>A photo as a head sees it.</summary>
/// <param name="Maps">What each of the head's layers says of it, [1, C, h, w], on the CPU.</param>
/// <param name="Memory">What the head makes of that.</param>
internal sealed record ViewedPhoto(IReadOnlyList<Tensor> Maps, PhotoMemory Memory);
