using System.Text.Json.Serialization;

namespace GradCamGrpc.Models.Repository;

/// <summary>What <c>model.json</c> says of a model. Property names in the file are in snake_case; unknown ones are refused.</summary>
public sealed record ModelManifest
{
    /// <summary>What a model's name is made of.</summary>
    public const string NameRule = "1 to 64 lower-case letters, digits, hyphens and underscores, a letter first";

    /// <summary>The name that requests use, see <see cref="NameRule"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the weights, such as <c>1.0.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The network, one of <see cref="Networks.Architectures.Names"/>.</summary>
    public required string Architecture { get; init; }

    /// <summary>A sentence or two for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>
    /// What the model can be asked to do; <c>classification</c>, <c>captioning</c> where it has a captioning head, and <c>vqa</c> where it has
    /// an answering head.
    /// </summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>How a photo becomes the network's input.</summary>
    public required PreprocessingManifest Preprocessing { get; init; }

    /// <summary>The file of class labels: one a line, in the order of the outputs, UTF-8.</summary>
    public required string Labels { get; init; }

    /// <summary>The layer that is explained when a request names none.</summary>
    public required string DefaultLayer { get; init; }

    /// <summary>The checkpoint.</summary>
    public required WeightsManifest Weights { get; init; }

    /// <summary>The SPDX identifier of the weights' licence.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the weights come from.</summary>
    public string Source { get; init; } = "";

    /// <summary>What says sentences about photos; null where nothing does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CaptioningManifest? Captioning { get; init; }

    /// <summary>What answers questions about photos; null where nothing does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnsweringManifest? Answering { get; init; }

    /// <summary>How its requests are run together where the server's options leave that open; null to leave it to the server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BatchingManifest? Batching { get; init; }

    /// <summary>What was measured with these weights, and on what.</summary>
    public IReadOnlyList<MetricManifest> Metrics { get; init; } = [];

    /// <summary>Whether a model could have that name.</summary>
    public static bool IsName(string text) => ManifestRules.IsName(text);
}
