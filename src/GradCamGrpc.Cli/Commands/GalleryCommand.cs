using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Reports;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam gallery PHOTO…</c></summary>
internal static class GalleryCommand
{
    private const int DefaultTopK = 3;

    public static Command Create()
    {
        var arguments = new PhotoArguments();
        var connection = new ConnectionOptions();
        var question = new QuestionOptions(DefaultTopK, MethodNames.All);
        var command = new Command("gallery", "Draw one picture of each photo: a row for each method, a column for each target.");
        arguments.AddTo(command);
        question.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var report = new ConsoleReport();
            try
            {
                var folder = arguments.Folder(parsed);
                await using var calls = arguments.Calls(parsed, connection);
                var painter = new GalleryPainter(calls, question.Read(parsed), folder);
                return await PaintAsync(arguments.Photos(parsed), painter, report, cancellation);
            }
            catch (Exception fault) when (ExpectedFaults.Include(fault))
            {
                report.Fault(fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task<int> PaintAsync(string[] photos, GalleryPainter painter, ConsoleReport report, CancellationToken cancellation)
    {
        var prefixes = FileNames.Prefixes(photos);
        var painted = new List<(string? File, IReadOnlyList<string> Faults)>();
        await report.RunAsync("rows", photos.Length * painter.RowCount, async done =>
        {
            for (var i = 0; i < photos.Length; i++)
                painted.Add(await painter.PaintAsync(photos[i], prefixes[i], done, cancellation));
        });
        for (var i = 0; i < photos.Length; i++)
        {
            if (painted[i].File is { } file)
                report.ContactSheet(file);
            foreach (var fault in painted[i].Faults)
                report.Fault(photos[i], fault);
        }
        return painted.All(picture => picture.Faults.Count == 0) ? 0 : 1;
    }
}
