using GradCamGrpc.Models.Heads;

namespace GradCamGrpc.Models.Repository;

/// <summary>A head with words, as <c>model.json</c> describes it.</summary>
public abstract record HeadManifest
{
    /// <summary>The layers of the network that it reads, in the sizes that they have for its own preprocessing's inputs.</summary>
    public required IReadOnlyList<HeadSource> Sources { get; init; }

    /// <summary>Its size.</summary>
    public required HeadShape Shape { get; init; }

    /// <summary>The file of the words that it knows: one a line, in the order of their numbers, UTF-8.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>Its weights.</summary>
    public required WeightsManifest Weights { get; init; }

    /// <summary>
    /// How a photo becomes the network's input for this head. It may be of another size than the classification's, and see another part of the
    /// photo: the trunk takes inputs of any size, and its layers have more positions for a larger one.
    /// </summary>
    public required PreprocessingManifest Preprocessing { get; init; }

    /// <summary>The SPDX identifier of the weights' licence.</summary>
    public required string Licence { get; init; }

    /// <summary>What it was trained on, how and when.</summary>
    public string Source { get; init; } = "";

    /// <summary>What was measured with these weights, and on what.</summary>
    public IReadOnlyList<MetricManifest> Metrics { get; init; } = [];
}
