using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to explain a caption, checked as far as it can be before the caption is there.</summary>
/// <param name="Model">The model.</param>
/// <param name="Choice">How the caption comes about.</param>
/// <param name="Targets">What of it is explained; none for every word.</param>
/// <param name="Layers">Where.</param>
/// <param name="Fusion">How the layers' maps are made into one; null where each layer keeps its own.</param>
/// <param name="Methods">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
/// <param name="IncludeAttention">Whether the weights of attention are returned, too.</param>
internal sealed record CheckedCaptionExplainRequest(
    ModelInstance Model,
    CaptionChoice Choice,
    IReadOnlyList<CaptionScore> Targets,
    IReadOnlyList<CutLayer> Layers,
    FusionRule? Fusion,
    IReadOnlyList<IExplanationMethod> Methods,
    IReadOnlyList<OutputForm> Outputs,
    bool IncludeAttention)
    : MapQuestion(Model, Model.CaptionPreprocessor!, Layers, Fusion, Methods, Outputs)
{
    /// <summary>The scores to explain of a caption, which is whole: of the targets those that it has.</summary>
    public IReadOnlyList<CaptionScore> ScoresOf(Sentence sentence) => Targets.Count > 0
        ? [.. Targets.Where(target => target.FaultIn(sentence) is null)]
        : [.. Enumerable.Range(0, sentence.Words.Count - 1).Select(place => new CaptionScore(ScoreKind.LogProbability, place, 1))];
}
