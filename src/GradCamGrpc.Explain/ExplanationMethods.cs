using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Methods;

namespace GradCamGrpc.Explain;

/// <summary>The methods there are.</summary>
public static class ExplanationMethods
{
    /// <summary>All of them, those with parameters with their defaults.</summary>
    public static IReadOnlyList<IExplanationMethod> All { get; } =
    [
        new GradCam(), new LayerCam(), new HiResCam(), new ElementWiseGradCam(),
        new EigenCam(), new EigenGradCam(), new GradCamPlusPlus(), new XGradCam(),
        new Cam(), new ScoreCam(), new AblationCam(), new Saliency(),
        new IntegratedGradients(), new SmoothGrad(), new Occlusion(),
        new GuidedBackpropagation(), new Deconvolution(), new GuidedGradCam(),
    ];
}
