using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Protos.V1;
using LayerFusion = GradCamGrpc.Protos.V1.LayerFusion;

namespace GradCamGrpc.Server.Requests;

/// <summary>How several layers' maps are fused, as messages name it and as the engine knows it.</summary>
internal static class FusionReader
{
    private const string Field = "layer_fusion";

    /// <summary>The rule that a request names; null where layers keep their maps, or where it is wrong.</summary>
    public static FusionRule? Read(ClassificationServiceExplainRequest request, Violations faults) =>
        Read(request.LayerFusion, $"layers names {request.Layers.Count}", request.Layers.Count, faults);

    /// <summary>The rule that a request about a head names, which fuses the maps of several layers where it says nothing else.</summary>
    /// <param name="fusion">What the request says.</param>
    /// <param name="layerCount">How many layers it explains at.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static FusionRule? ReadOfHead(LayerFusion fusion, int layerCount, Violations faults) => fusion is LayerFusion.Unspecified && layerCount > 1
        ? FusionRule.Mean
        : Read(fusion, $"it is explained at {layerCount}", layerCount, faults);

    private static FusionRule? Read(LayerFusion fusion, string found, int layerCount, Violations faults)
    {
        if (!Enum.IsDefined(fusion))
            faults.Invalid(Field, $"{(int)fusion} is not a known fusion");
        FusionRule? rule = fusion switch
        {
            LayerFusion.Mean => FusionRule.Mean,
            LayerFusion.Maximum => FusionRule.Maximum,
            _ => null,
        };
        if (rule is not null && layerCount < 2)
            faults.Invalid(Field, $"2 layers or more are fused; {found}");
        return rule;
    }

    /// <summary>The rule as a message names it.</summary>
    public static LayerFusion Write(FusionRule? rule) => rule switch
    {
        FusionRule.Mean => LayerFusion.Mean,
        FusionRule.Maximum => LayerFusion.Maximum,
        _ => LayerFusion.None,
    };
}
