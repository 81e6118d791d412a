namespace GradCamGrpc.Models.Repository;

/// <summary>A model's head that answers questions.</summary>
public sealed record AnsweringManifest : HeadManifest
{
    /// <summary>The file of the answers that it can give: one a line, in the order of its outputs, UTF-8.</summary>
    public required string Answers { get; init; }
}
