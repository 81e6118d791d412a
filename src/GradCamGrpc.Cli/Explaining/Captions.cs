using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>What is written below a map's picture.</summary>
internal static class Captions
{
    /// <summary>The first of a label's names.</summary>
    public static string ShortLabel(string label) => label.Split(',')[0];

    /// <summary>The class, the layer where there is one, and the method.</summary>
    public static string Of(MapProvenance provenance)
    {
        var label = ShortLabel(provenance.Score.Class.Label);
        var method = MethodNames.Of(provenance.Method);
        return provenance.Layer.Length == 0 ? $"{method}: {label}" : $"{method}: {label}, {provenance.Layer}";
    }
}
