using GradCamGrpc.Models.Heads;

namespace GradCamGrpc.Models.Repository;

/// <summary>A model's captioning head.</summary>
public sealed record CaptioningManifest
{
    /// <summary>The layers of the network that it reads.</summary>
    public required IReadOnlyList<HeadSource> Sources { get; init; }

    /// <summary>Its size.</summary>
    public required HeadShape Shape { get; init; }

    /// <summary>The file of its words: one a line, in the order of their numbers, UTF-8.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>Its weights.</summary>
    public required WeightsManifest Weights { get; init; }

    /// <summary>How a photo becomes the network's input where it is captioned.</summary>
    public required PreprocessingManifest Preprocessing { get; init; }

    /// <summary>The exponent of the length that sentences are compared with (see <see cref="Heads.Decoding.BeamSearch"/>).</summary>
    public required double LengthPenalty { get; init; }

    /// <summary>The SPDX identifier of the weights' licence.</summary>
    public required string Licence { get; init; }

    /// <summary>What it was trained on, how and when.</summary>
    public string Source { get; init; } = "";

    /// <summary>What was measured with these weights, and on what.</summary>
    public IReadOnlyList<MetricManifest> Metrics { get; init; } = [];
}
