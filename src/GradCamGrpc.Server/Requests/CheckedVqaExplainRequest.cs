using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to explain answers, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="Questions">The questions, and what of their answers is explained.</param>
/// <param name="TopK">How many answers are listed for each question.</param>
/// <param name="LeavesWordsOut">Whether each score is explained without each of its question's words, too.</param>
/// <param name="Layers">Where.</param>
/// <param name="Fusion">How the layers' maps are made into one; null where each layer keeps its own.</param>
/// <param name="Methods">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
/// <param name="IncludeAttention">Whether the weights of attention are returned, too.</param>
internal sealed record CheckedVqaExplainRequest(
    ModelInstance Model,
    IReadOnlyList<QuestionTargets> Questions,
    int TopK,
    bool LeavesWordsOut,
    IReadOnlyList<CutLayer> Layers,
    FusionRule? Fusion,
    IReadOnlyList<IExplanationMethod> Methods,
    IReadOnlyList<OutputForm> Outputs,
    bool IncludeAttention)
    : MapQuestion(Model, Model.AnswerPreprocessor!, Layers, Fusion, Methods, Outputs)
{
    /// <summary>The questions alone.</summary>
    public IReadOnlyList<Question> AskedQuestions => [.. Questions.Select(asked => asked.Question)];

    /// <summary>The scores to explain, in the order of their maps.</summary>
    /// <param name="logits">For each question the head's outputs, by answer.</param>
    public IReadOnlyList<AnswerScore> ScoresOf(IReadOnlyList<float[]> logits) =>
        [.. Questions.SelectMany((asked, i) => ScoresOf(asked, i, logits[i])).SelectMany(WithWordsLeftOut)];

    private static IEnumerable<AnswerScore> ScoresOf(QuestionTargets asked, int question, float[] logits) => asked.Targets.SelectMany((target, i) =>
        target.Scores(logits).Select(chosen => new AnswerScore(question, i, chosen.ClassIndex!.Value, target.Score, asked.Question)));

    private IEnumerable<AnswerScore> WithWordsLeftOut(AnswerScore score) => LeavesWordsOut
        ? [score, .. score.Question.LeftOutPlaces.Select(place => score with { LeftOut = place })]
        : [score];
}
