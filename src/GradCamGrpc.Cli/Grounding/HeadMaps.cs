using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>The maps of a head that are evaluated: Grad-CAM at each layer that it reads, made into one.</summary>
internal static class HeadMaps
{
    /// <summary>The method.</summary>
    public static ICamMethod Method { get; } = ExplanationMethods.All.OfType<ICamMethod>().First();

    /// <param name="maps">Maps at the head's layers with the index of their target; the targets in their order.</param>
    /// <param name="height">Rows of the maps that are made.</param>
    /// <param name="width">Their columns.</param>
    /// <returns>A map for each target, 0 to 1.</returns>
    public static IReadOnlyList<float[]> Fused(IEnumerable<(int Target, SaliencyMap Map)> maps, int height, int width) =>
    [
        .. maps.GroupBy(pair => pair.Target, pair => pair.Map)
            .Select(ofTarget => HeatMap.Of(LayerFusion.Fuse([.. ofTarget], FusionRule.Mean)).ResizedTo(height, width).Values.ToArray()),
    ];
}
