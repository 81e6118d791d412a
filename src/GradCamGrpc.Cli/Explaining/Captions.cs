using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>What is written below a map's picture.</summary>
internal static class Captions
{
    /// <summary>The first of a label's names.</summary>
    public static string ShortLabel(string label) => label.Split(',')[0];

    /// <summary>The class or classes, the layer or layers where there are any, and the method.</summary>
    public static string Of(MapProvenance provenance)
    {
        var label = Subjects.ShortLabel(provenance.Score);
        var layers = LayerNames.Of(provenance);
        var method = MethodNames.Of(provenance.Method);
        return layers.Length == 0 ? $"{method}: {label}" : $"{method}: {label}, {layers}";
    }
}
