using GradCamGrpc.Models.Heads;

namespace GradCamGrpc.Models.Repository;

/// <summary>A model's head that answers questions.</summary>
public sealed record AnsweringManifest
{
    /// <summary>The layers of the network that it reads.</summary>
    public required IReadOnlyList<HeadSource> Sources { get; init; }

    /// <summary>Its size.</summary>
    public required HeadShape Shape { get; init; }

    /// <summary>The file of the words that it knows in questions: one a line, in the order of their numbers, UTF-8.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>The file of the answers that it can give: one a line, in the order of its outputs, UTF-8.</summary>
    public required string Answers { get; init; }

    /// <summary>Its weights.</summary>
    public required WeightsManifest Weights { get; init; }

    /// <summary>How a photo becomes the network's input where it is asked about.</summary>
    public required PreprocessingManifest Preprocessing { get; init; }

    /// <summary>The SPDX identifier of the weights' licence.</summary>
    public required string Licence { get; init; }

    /// <summary>What it was trained on, how and when.</summary>
    public string Source { get; init; } = "";

    /// <summary>What was measured with these weights, and on what.</summary>
    public IReadOnlyList<MetricManifest> Metrics { get; init; } = [];
}
