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
        var data = new Option<string>("--data")
        {
            Description = "images/ and boxes.tsv, whose class indices are used; or a folder for each class, by its index or label, with its photos in it",
            HelpName = "DIR",
            Required = true,
        };
        var models = new Option<string?>("--models") { Description = "a model folder [default: the embedded model]", HelpName = "DIR" };
        var photos = CountOption.CreateOptional("--photos", "only the first so many photos, by their names");
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command("precision", "Measure what bf16 and the fast decoding of photos change, and save.") { data, models, photos, json };
        command.SetAction((parsed, cancellation) =>
        {
            var folder = parsed.GetValue(data)!;
            var question = new EvaluationQuestion(folder, [Method], Layer: null, parsed.GetValue(models), parsed.GetValue(photos), Precision.Fp32);
            return EvaluationRun.RunAsync(
                parsed.GetValue(json),
                () => new EvaluationSubject(question, labels => LabelledPhotos.Read(folder, labels)),
                subject => subject.Photos.Count,
                (subject, done) => new PrecisionEvaluation(subject).Run(done, cancellation),
                (report, result) => report.Precision(result));
        });
        return command;
    }
}
