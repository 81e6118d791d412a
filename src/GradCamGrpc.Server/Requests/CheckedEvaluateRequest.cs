using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to judge maps, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Targets">What is explained.</param>
/// <param name="Layers">Where.</param>
/// <param name="Methods">How.</param>
/// <param name="Plan">What is measured.</param>
internal sealed record CheckedEvaluateRequest(
    ModelInstance Model,
    int PredictionTopK,
    IReadOnlyList<TargetChoice> Targets,
    IReadOnlyList<CutLayer> Layers,
    IReadOnlyList<IExplanationMethod> Methods,
    MeasurePlan Plan);
