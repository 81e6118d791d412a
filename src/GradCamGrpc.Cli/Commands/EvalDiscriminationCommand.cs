using System.CommandLine;
using System.CommandLine.Parsing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval discrimination --data DIR</c>, or of a single photo <c>--photo FILE --class A --class B</c></summary>
internal static class EvalDiscriminationCommand
{
    private const int DefaultPairs = 100;
    private const int DefaultKnownRank = 5;
    private const int DefaultSeed = 1;

    public static Command Create()
    {
        var options = new EvaluationOptions();
        options.Data.Required = false;
        var pairs = CountOption.Create("--pairs", "how many pairs of photos are put side by side, at most", DefaultPairs);
        var knownRank = CountOption.Create("--known-rank", "use pairs of which the network has both classes among so many first", DefaultKnownRank);
        var seed = NumberOption.Create("--seed", "which pairs are drawn", "number", "a whole number", DefaultSeed);
        var photo = new Option<string?>("--photo") { Description = "instead of --data: one photo with things of two classes on it", HelpName = "FILE" };
        var classes = new Option<string[]>("--class", "-c") { Description = "with --photo, twice: the classes, by index or label", HelpName = "index|label" };
        var command = new Command("discrimination", "Measure whether maps tell one class from another on the same picture.")
        {
            pairs, knownRank, seed, photo, classes,
        };
        options.AddTo(command);
        command.Validators.Add(result => CheckChoice(result, options.Data, photo, classes));
        command.SetAction((parsed, cancellation) => parsed.GetValue(photo) is { } file
            ? CompareAsync(parsed, options, file, parsed.GetValue(classes)!, cancellation)
            : MeasureAsync(
                parsed, options, new DiscriminationQuestion(parsed.GetValue(pairs), parsed.GetValue(knownRank), parsed.GetValue(seed)), cancellation));
        return command;
    }

    private static Task<int> MeasureAsync(
        ParseResult parsed, EvaluationOptions options, DiscriminationQuestion question, CancellationToken cancellation) => EvaluationRun.RunAsync(
        options.IsJson(parsed),
        () => new EvaluationSubject(options.Read(parsed)),
        subject => PhotoPairs.Draw(subject.Photos, question.Pairs, question.Seed).Count,
        (subject, done) => new DiscriminationEvaluation(subject, question).Run(done, cancellation),
        (report, result) => report.Discrimination(result));

    private static Task<int> CompareAsync(
        ParseResult parsed, EvaluationOptions options, string photo, string[] classes, CancellationToken cancellation)
    {
        int[] indices = [];
        return EvaluationRun.RunAsync(
            options.IsJson(parsed),
            () => new EvaluationSubject(options.Read(parsed), labels =>
            {
                indices = Indices(classes, labels);
                return [new BoxedPhoto(photo, indices[0], [])];
            }),
            _ => 1,
            (subject, _) => ClassComparison.Of(subject, indices[0], indices[1], cancellation),
            (report, result) => report.Comparison(result));
    }

    private static int[] Indices(string[] classes, LabelIndex labels)
    {
        var found = classes.Select(text => ClassFinder.Find(text, labels)).ToArray();
        var faults = found.Where(entry => entry.Fault is not null).Select(entry => entry.Fault).ToArray();
        return faults.Length == 0
            ? [.. found.Select(entry => entry.Index!.Value)]
            : throw new EvaluationException($"--class: {string.Join("; ", faults)}");
    }

    private static void CheckChoice(CommandResult result, Option<string> data, Option<string?> photo, Option<string[]> classes)
    {
        var isOnePhoto = result.GetResult(photo) is not null;
        if (isOnePhoto == result.GetResult(data) is not null)
            result.AddError("either --data or --photo is needed");
        var count = result.GetResult(classes)?.Tokens.Count ?? 0;
        if (isOnePhoto && count != 2)
            result.AddError($"--photo goes with two --class; there are {count}");
        if (!isOnePhoto && count > 0)
            result.AddError("--class goes with --photo: the photos of --data have classes of their own");
    }
}
