using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>What a head takes of a layer: of each position a vector, Weight · (what the layer says there) + a constant, and nothing else.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Maps">What it says of a photo, [1, C, h, w].</param>
/// <param name="Weight">[d, C].</param>
public sealed record HeadReading(CutLayer Layer, Tensor Maps, Tensor Weight);
