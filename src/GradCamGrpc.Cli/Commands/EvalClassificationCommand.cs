using System.CommandLine;
using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Evaluation;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval classification --data DIR</c></summary>
internal static class EvalClassificationCommand
{
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
        var command = new Command("classification", "Measure how often the model finds what is on photos.") { data, models, photos, json };
        command.SetAction((parsed, cancellation) =>
        {
            var folder = parsed.GetValue(data)!;
            var question = new EvaluationQuestion(folder, [], Layer: null, parsed.GetValue(models), parsed.GetValue(photos));
            return EvaluationRun.RunAsync(
                parsed.GetValue(json),
                () => new EvaluationSubject(question, labels => LabelledPhotos.Read(folder, labels)),
                subject => subject.Photos.Count,
                (subject, done) => new ClassificationEvaluation(subject).Run(done, cancellation),
                (report, result) => report.Classification(result));
        });
        return command;
    }
}
