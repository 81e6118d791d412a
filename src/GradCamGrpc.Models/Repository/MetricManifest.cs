namespace GradCamGrpc.Models.Repository;

/// <summary>A measured quality of a model.</summary>
/// <param name="Name">Such as <c>top1</c>.</param>
/// <param name="Dataset">What it was measured on.</param>
/// <param name="Value">The value; shares are 0 to 1.</param>
public sealed record MetricManifest(string Name, string Dataset, double Value);
