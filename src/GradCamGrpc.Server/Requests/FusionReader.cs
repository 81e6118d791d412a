using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Protos.V1;
using LayerFusion = GradCamGrpc.Protos.V1.LayerFusion;

namespace GradCamGrpc.Server.Requests;

/// <summary>How several layers' maps are fused, as messages name it and as the engine knows it.</summary>
internal static class FusionReader
{
    private const string Field = "layer_fusion";

    /// <summary>The rule that a request names; null where layers keep their maps, or where it is wrong.</summary>
    public static FusionRule? Read(ClassificationServiceExplainRequest request, Violations faults)
    {
        if (!Enum.IsDefined(request.LayerFusion))
            faults.Invalid(Field, $"{(int)request.LayerFusion} is not a known fusion");
        FusionRule? rule = request.LayerFusion switch
        {
            LayerFusion.Mean => FusionRule.Mean,
            LayerFusion.Maximum => FusionRule.Maximum,
            _ => null,
        };
        if (rule is not null && request.Layers.Count < 2)
            faults.Invalid(Field, $"2 layers or more are fused; layers names {request.Layers.Count}");
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
