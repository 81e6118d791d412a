using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to explain, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Targets">What is explained.</param>
/// <param name="Layer">Where.</param>
/// <param name="Method">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
internal sealed record ExplainCommand(
    ModelInstance Model,
    int PredictionTopK,
    IReadOnlyList<TargetChoice> Targets,
    CutLayer Layer,
    ICamMethod Method,
    IReadOnlyList<OutputForm> Outputs);
