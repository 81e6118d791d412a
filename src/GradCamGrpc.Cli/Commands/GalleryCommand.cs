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
                await using var server = await connection.OpenAsync(parsed);
                var painter = new GalleryPainter(server, question.Read(parsed), folder);
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
        var status = 0;
        for (var i = 0; i < photos.Length; i++)
        {
            var (file, faults) = await painter.PaintAsync(photos[i], prefixes[i], cancellation);
            if (file is not null)
                report.ContactSheet(file);
            foreach (var fault in faults)
                report.Fault($"{photos[i]}: {fault}");
            if (faults.Count > 0)
                status = 1;
        }
        return status;
    }
}
