using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to check methods, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Target">The score whose maps are compared: one.</param>
/// <param name="Layer">Where.</param>
/// <param name="Methods">How.</param>
/// <param name="CheckpointCount">How many times maps are compared.</param>
/// <param name="Seed">Of the noise.</param>
internal sealed record CheckedSanityRequest(
    ModelInstance Model,
    int PredictionTopK,
    TargetChoice Target,
    CutLayer Layer,
    IReadOnlyList<IExplanationMethod> Methods,
    int CheckpointCount,
    ulong Seed);
