using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Answering;

/// <summary>A question, and which scores of its answers are explained.</summary>
/// <param name="Question">The question.</param>
/// <param name="Targets">The targets; the classes that they choose are answers.</param>
internal sealed record QuestionTargets(Question Question, IReadOnlyList<TargetChoice> Targets)
{
    /// <summary>How many scores they stand for, the whole question asked.</summary>
    public int Count => Targets.Sum(target => target.Count);
}
