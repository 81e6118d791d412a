using System.CommandLine;
using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam audit DIR</c></summary>
internal static class AuditCommand
{
    private const string DefaultMethod = "grad-cam";

    private const string Purpose =
        "Look for bias in a data set: where the network looks on the photos of each class. "
        + "Writes report.html and report.json. A photo that cannot be used is listed, and the others go on; the exit status is 1 then, else 0.";

    public static Command Create()
    {
        var data = new Argument<string>("DIR")
        {
            Description = "images/ and boxes.tsv (a box a line: file, class index, WordNet id, x0, y0, x1, y1 in pixels); "
                + "or a folder for each class, by its index or label, with its photos in it",
        };
        MistypedOptions.RefuseIn(data);
        var method = new Option<string>("--method", "-m")
        {
            Description = $"how maps are made: {string.Join(", ", EvaluationSubject.MethodNames)}",
            HelpName = "name",
            DefaultValueFactory = _ => DefaultMethod,
        };
        method.AcceptMethods(EvaluationSubject.MethodNames);
        var layer = new Option<string?>("--layer", "-l") { Description = "the layer to explain at [default: the model's]", HelpName = "name" };
        var models = new Option<string?>("--models") { Description = "a model folder [default: the embedded model]", HelpName = "DIR" };
        var photos = CountOption.CreateOptional("--photos", "only the first so many photos of each class, by their names");
        var output = new Option<string>("--out", "-o")
        {
            Description = "where the report is written",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("out", "audit"),
        };
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command("audit", Purpose) { data, method, layer, models, photos, output, json };
        command.SetAction((parsed, cancellation) =>
        {
            var folder = parsed.GetValue(data)!;
            var question = new EvaluationQuestion(folder, [parsed.GetValue(method)!], parsed.GetValue(layer), parsed.GetValue(models), PhotoCount: null);
            var perClass = parsed.GetValue(photos) ?? int.MaxValue;
            return EvaluationRun.RunAsync(
                parsed.GetValue(json),
                () => new EvaluationSubject(question, labels =>
                    [.. LabelledPhotos.Read(folder, labels).GroupBy(photo => photo.ClassIndex).SelectMany(group => group.Take(perClass))]),
                subject => subject.Photos.Count,
                (subject, done) => new DataAudit(subject, folder).Run(done, cancellation),
                (report, audit) =>
                {
                    report.Audit(audit.Result, AuditFiles.Write(audit, parsed.GetValue(output)!));
                    return audit.Result.Skipped.Count == 0 ? 0 : 1;
                });
        });
        return command;
    }
}
