using GradCamGrpc.Imaging.Decoding;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What came of one photo.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Size">Its size.</param>
/// <param name="IsClassRight">Whether the network's first class is the photo's.</param>
/// <param name="Maps">For each method, by its name, how good its map is.</param>
internal sealed record PhotoOutcome(BoxedPhoto Photo, ImageSize Size, bool IsClassRight, IReadOnlyDictionary<string, MapOutcome> Maps);
