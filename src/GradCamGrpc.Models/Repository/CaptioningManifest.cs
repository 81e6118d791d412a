namespace GradCamGrpc.Models.Repository;

/// <summary>A model's captioning head.</summary>
public sealed record CaptioningManifest : HeadManifest
{
    /// <summary>The exponent of the length that sentences are compared with (see <see cref="Heads.Decoding.BeamSearch"/>), 0 to 10.</summary>
    public required double LengthPenalty { get; init; }
}
