using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval sanity --data DIR</c></summary>
internal static class EvalSanityCommand
{
    private const int DefaultCheckpoints = 10;

    public static Command Create()
    {
        var options = new EvaluationOptions();
        var checkpoints = CountOption.Create("--checkpoints", "how many times maps are compared", DefaultCheckpoints);
        var command = new Command("sanity", "Destroy copies of the model, and measure how far maps change.") { checkpoints };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => EvaluationRun.RunAsync(
            parsed,
            options,
            (subject, done) => new SanityEvaluation(subject, parsed.GetValue(checkpoints)).Run(done, cancellation),
            (report, result) => report.Sanity(result)));
        return command;
    }
}
