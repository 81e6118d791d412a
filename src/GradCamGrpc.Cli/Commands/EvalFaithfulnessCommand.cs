using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval faithfulness --data DIR</c></summary>
internal static class EvalFaithfulnessCommand
{
    private const int DefaultSteps = 20;

    public static Command Create()
    {
        var options = new EvaluationOptions();
        var steps = CountOption.Create("--steps", "steps of the curves", DefaultSteps);
        var command = new Command("faithfulness", "Measure how far maps tell what the network really uses.") { steps };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => EvaluationRun.RunAsync(
            parsed,
            options,
            (subject, done) => new FaithfulnessEvaluation(subject, parsed.GetValue(steps)).Run(done, cancellation),
            (report, result) => report.Faithfulness(result)));
        return command;
    }
}
