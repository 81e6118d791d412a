using System.CommandLine;
using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval precision --data DIR</c></summary>
internal static class EvalPrecisionCommand
{
    private const string Method = "grad-cam";

    public static Command Create()
    {
        var options = new LabelledPhotosOptions();
        var command = new Command("precision", "Measure what bf16 and the fast decoding of photos change, and save.");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var question = options.Question(parsed, [Method], Precision.Fp32);
            return EvaluationRun.RunAsync(
                options.Json(parsed),
                () => new EvaluationSubject(question, labels => LabelledPhotos.Read(question.Data, labels)),
                subject => subject.Photos.Count,
                (subject, done) => new PrecisionEvaluation(subject).Run(done, cancellation),
                (report, result) => report.Precision(result));
        });
        return command;
    }
}
