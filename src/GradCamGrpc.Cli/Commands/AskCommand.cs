using System.CommandLine;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam ask PHOTO QUESTION…</c></summary>
internal static class AskCommand
{
    private const string Purpose =
        "Answer questions about a photo and, with --maps or --out, draw a strip of pictures: the photo, and where the network saw each answer.";

    public static Command Create()
    {
        var run = new ComparisonRun(ArgumentArity.ExactlyOne);
        var options = new AnswerOptions();
        var command = new Command("ask", Purpose);
        run.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var draws = options.AsksForMaps(parsed) || run.NamesFolder(parsed);
            return run.RunAsync(
                parsed,
                (server, photo) => draws
                    ? AnsweredPhoto.ExplainAsync(server, options.ReadWithMaps(parsed), photo, cancellation)
                    : AnsweredPhoto.AskAsync(server, options.Read(parsed), photo, cancellation),
                draws ? answer => FilmStrip.Of(answer.Photo, answer.Maps) : null,
                (report, answer, written) => report.Answered(answer, written),
                "answers",
                cancellation);
        });
        return command;
    }
}
