using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Where in the network a map was made, in words.</summary>
internal static class LayerNames
{
    /// <summary>The layer, or how many were fused; empty for a method on pixels.</summary>
    public static string Of(MapProvenance provenance) => provenance.Layers.Count > 1
        ? $"{provenance.LayerFusion.ToString().ToLowerInvariant()} of {provenance.Layers.Count} layers"
        : provenance.Layers.SingleOrDefault() ?? "";
}
