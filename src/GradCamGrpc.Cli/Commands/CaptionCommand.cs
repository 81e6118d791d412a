using System.CommandLine;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam caption PHOTO…</c></summary>
internal static class CaptionCommand
{
    private const string Purpose =
        "Say what is on photos in a sentence and, with --words or --out, draw a strip of pictures: the photo, and where the network saw each word.";

    public static Command Create()
    {
        var run = new ComparisonRun();
        var options = new CaptionOptions();
        var command = new Command("caption", Purpose);
        run.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            IReadOnlyList<string>? unknown = null;
            var draws = options.AsksForMaps(parsed) || run.NamesFolder(parsed);
            return run.RunAsync(
                parsed,
                async (server, photo) =>
                {
                    var answer = draws
                        ? await CaptionAnswer.ExplainAsync(server, options.ReadWithMaps(parsed), photo, cancellation)
                        : await CaptionAnswer.SayAsync(server, options.Read(parsed), photo, cancellation);
                    unknown ??= await options.UnknownBansAsync(parsed, server, cancellation);
                    return answer with { UnknownBans = unknown };
                },
                draws ? answer => FilmStrip.Of(answer.Photo, answer.Maps) : null,
                (report, answer, written) => report.Captioned(answer, written),
                "caption",
                cancellation,
                answer => answer.Skipped.Count == 0);
        });
        return command;
    }
}
