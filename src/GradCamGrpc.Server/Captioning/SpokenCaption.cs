using GradCamGrpc.Models.Heads.Decoding;

namespace GradCamGrpc.Server.Captioning;

/// <summary>What a head says of a photo.</summary>
/// <param name="Sentences">The sentences, the best first; all whole.</param>
/// <param name="Attention">For each word of the best one and each layer the weights of attention; none where nobody asked.</param>
/// <param name="Duration">How long the sentences took.</param>
internal sealed record SpokenCaption(IReadOnlyList<Sentence> Sentences, IReadOnlyList<IReadOnlyList<float[]>> Attention, TimeSpan Duration);
