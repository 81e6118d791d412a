using System.CommandLine;
using GradCamGrpc.Cli.Evidence;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam evidence PHOTO…</c></summary>
internal static class EvidenceCommand
{
    public static Command Create()
    {
        var arguments = new PhotoArguments();
        var subject = new SubjectOptions();
        var connection = new ConnectionOptions();
        var boxes = new BoxOption();
        var measures = new Option<string[]>("--measure")
        {
            Description = $"what to measure: {string.Join(", ", MeasureNames.All)}; may be repeated "
                + "[default: all but sensitivity, and with boxes what needs them]",
            HelpName = "name",
        };
        measures.AcceptOnly(MeasureNames.All);
        var baselines = new Option<bool>("--baselines") { Description = "judge a random map and a blob in the middle, too: a map that shows something beats both" };
        var steps = NumberOption.Create<int>(
            "--steps", "steps of the insertion and deletion curves, 1 to 200 [default: 20]", "count", "a whole number from 1 to 200");
        var seed = NumberOption.Create("--seed", "of the noise", "number", $"a whole number from 0 to {ulong.MaxValue}", value: 0UL);
        var json = new Option<bool>("--json") { Description = "print a line of JSON for each photo" };
        var command = new Command("evidence", "Measure whether the maps of photos can be believed.")
        {
            boxes, measures, baselines, steps, seed, json,
        };
        arguments.AddPhotosTo(command);
        subject.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var question = new EvaluateRequest
            {
                Model = subject.Model(parsed),
                Targets = { subject.Targets(parsed) },
                Layers = { subject.Layers(parsed) },
                Methods = { subject.Methods(parsed) },
                Boxes = { parsed.GetValue(boxes) ?? [] },
                Measures = { (parsed.GetValue(measures) ?? []).Select(MeasureNames.Parse) },
                IncludeBaselines = parsed.GetValue(baselines),
                Curves = new CurveOptions(),
                Seed = parsed.GetValue(seed),
            };
            if (parsed.GetValue(steps) is { } count)
                question.Curves.StepCount = count;
            await using var calls = arguments.Calls(parsed, connection);
            return await PhotoByPhoto.RunAsync(
                arguments.Photos(parsed),
                parsed.GetValue(json),
                new PhotoJudge(calls, question).JudgeAsync,
                (report, photo) => report.Evidence(photo),
                photo => photo.Fault,
                cancellation);
        });
        return command;
    }
}
