using GradCamGrpc.Models.Heads.Decoding;

namespace GradCamGrpc.Server.Captioning;

/// <summary>What a head says of a photo.</summary>
/// <param name="Sentences">The sentences, the best first; all whole.</param>
/// <param name="Duration">How long the sentences took.</param>
internal sealed record SpokenCaption(IReadOnlyList<Sentence> Sentences, TimeSpan Duration)
{
    /// <summary>The best one.</summary>
    public Sentence Best => Sentences[0];

    /// <summary>For each word of the best one and each layer the weights of attention; none where nobody asked.</summary>
    public IReadOnlyList<IReadOnlyList<float[]>> Attention { get; init; } = [];

    /// <summary>The scores of the best one that are explained, in the order of their maps.</summary>
    public IReadOnlyList<CaptionScore> Scores { get; init; } = [];
}
