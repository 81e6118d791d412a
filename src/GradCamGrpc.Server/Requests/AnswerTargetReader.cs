using Google.Protobuf.Collections;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads which scores of answers are explained.</summary>
internal static class AnswerTargetReader
{
    /// <summary>The scores that a question's targets choose: the likeliest answer's where it has none.</summary>
    public static TargetChoice[] Read(RepeatedField<AnswerTarget> targets, string field, AnswerIndex answers, Violations faults)
    {
        if (targets.Count == 0)
            return [new TargetChoice.Top(1, new ScoreChoice(ScoreKind.LogProbability, null))];
        if (!HeadReader.CheckTargets(targets.Count, field, faults))
            return [];
        return [.. targets.Select((target, i) => Read(target, $"{field}[{i}]", answers, faults)).OfType<TargetChoice>()];
    }

    private static TargetChoice? Read(AnswerTarget target, string field, AnswerIndex answers, Violations faults)
    {
        var score = Score(target, field, answers, faults);
        switch (target.TargetCase)
        {
            case AnswerTarget.TargetOneofCase.Answer:
                return TargetReader.One(Answer(target.Answer, $"{field}.answer", answers, faults), score, field, faults);
            case AnswerTarget.TargetOneofCase.TopK:
                return TargetReader.Top(target.TopK, score, field, answers.Count, "an answer", faults);
            default:
                faults.Invalid(field, "an answer or a top_k is needed");
                return null;
        }
    }

    private static ScoreChoice Score(AnswerTarget target, string field, AnswerIndex answers, Violations faults)
    {
        var kind = target.ScoreKind is ScoreKind.Unspecified ? ScoreKind.LogProbability : target.ScoreKind;
        if (!Enum.IsDefined(kind))
            faults.Invalid($"{field}.score_kind", $"{(int)kind} is not a known kind of score");
        if (target.Contrast.Length == 0)
            return new ScoreChoice(kind, null);
        if (kind is not (ScoreKind.Logit or ScoreKind.LogProbability))
            faults.Invalid($"{field}.contrast", "only logits and log-probabilities are contrasted");

        // The difference of two log-probabilities is that of the logits.
        return new ScoreChoice(ScoreKind.Logit, Answer(target.Contrast, $"{field}.contrast", answers, faults));
    }

    private static int? Answer(string text, string field, AnswerIndex answers, Violations faults)
    {
        if (!WordReader.IsShort(text, WordReader.MaxCharacters, field, faults))
            return null;
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Invalid(field, "it is empty");
            return null;
        }
        if (answers.Find(text) is { } index)
            return index;
        WordReader.Unknown($"the answer '{Text.Quoted(text)}'", text, field, answers.All, faults);
        return null;
    }
}
