using System.CommandLine;
using System.Globalization;
using GradCamGrpc.Cli.Evidence;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam evidence PHOTO…</c></summary>
internal static class EvidenceCommand
{
    private const int Borders = 4;

    public static Command Create()
    {
        var arguments = new PhotoArguments();
        var subject = new SubjectOptions();
        var connection = new ConnectionOptions();
        var boxes = new Option<PixelRectangle[]>("--box", "-b")
        {
            Description = "where the thing is, in pixels of the photo, of each photo alike; may be repeated",
            HelpName = "x0,y0,x1,y1",
            CustomParser = result => [.. result.Tokens.Select(token => Box(token.Value, result.AddError)).OfType<PixelRectangle>()],
        };
        var measures = new Option<string[]>("--measure")
        {
            Description = $"what to measure: {string.Join(", ", MeasureNames.All)}; may be repeated "
                + "[default: all but sensitivity, and with boxes what needs them]",
            HelpName = "name",
        };
        measures.AcceptOnlyFromAmong([.. MeasureNames.All]);
        var baselines = new Option<bool>("--baselines") { Description = "judge a random map and a blob in the middle, too" };
        var steps = new Option<int?>("--steps")
        {
            Description = "steps of the insertion and deletion curves, 1 to 200 [default: 20]",
            HelpName = "count",
        };
        var seed = new Option<ulong>("--seed") { Description = "of the noise", HelpName = "number" };
        var json = new Option<bool>("--json") { Description = "print a line of JSON for each photo" };
        var command = new Command("evidence", "Measure whether the maps of photos can be believed.")
        {
            boxes, measures, baselines, steps, seed, json,
        };
        arguments.AddPhotosTo(command);
        subject.AddTo(command);
        connection.AddTo(command);
        command.SetAction((parsed, cancellation) =>
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
            return PhotoByPhoto.RunAsync(
                parsed,
                connection,
                arguments.Photos(parsed),
                parsed.GetValue(json),
                (server, photo, stop) => new PhotoJudge(server, question).JudgeAsync(photo, stop),
                (report, photo) => report.Evidence(photo),
                photo => photo.Fault,
                cancellation);
        });
        return command;
    }

    private static PixelRectangle? Box(string text, Action<string> fail)
    {
        var borders = text.Split(',')
            .Select(side => double.TryParse(side, NumberStyles.Float, CultureInfo.InvariantCulture, out var border) ? border : double.NaN)
            .ToArray();
        if (borders.Length == Borders && borders.All(double.IsFinite))
            return new PixelRectangle { X = borders[0], Y = borders[1], Width = borders[2] - borders[0], Height = borders[3] - borders[1] };
        fail($"--box: '{text}' is not four numbers x0,y0,x1,y1");
        return null;
    }
}
