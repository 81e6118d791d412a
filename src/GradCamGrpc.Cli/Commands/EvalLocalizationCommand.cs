using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval localization --data DIR</c></summary>
internal static class EvalLocalizationCommand
{
    public static Command Create()
    {
        var options = new EvaluationOptions();
        var command = new Command("localization", "Measure on photos with boxes how well maps tell where things are.");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => EvaluationRun.RunAsync(
            parsed,
            options,
            (subject, done) => new LocalizationEvaluation(subject).Run(done, cancellation),
            (report, result) => report.Localization(result)));
        return command;
    }
}
