using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Reports;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam explain PHOTO…</c></summary>
internal static class ExplainCommand
{
    private const int InFlight = 8;

    public static Command Create()
    {
        var arguments = new PhotoArguments();
        var json = new Option<bool>("--json") { Description = "print a line of JSON for each photo" };
        var connection = new ConnectionOptions();
        var question = new QuestionOptions();
        var command = new Command("explain", "Tell what is on photos, and show where the network saw it.") { json };
        arguments.AddTo(command);
        question.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            IReport report = parsed.GetValue(json) ? new JsonReport(Console.Out) : new ConsoleReport();
            try
            {
                var output = arguments.Folder(parsed);
                await using var calls = arguments.Calls(parsed, connection);
                var explainer = new PhotoExplainer(calls, question.Read(parsed), output);
                return await ExplainAsync(arguments.Photos(parsed), explainer, output, report, cancellation);
            }
            catch (Exception fault) when (ExpectedFaults.Include(fault))
            {
                report.Fault(fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task<int> ExplainAsync(
        string[] photos, PhotoExplainer explainer, DirectoryInfo folder, IReport report, CancellationToken cancellation)
    {
        var prefixes = FileNames.Prefixes(photos);
        var explained = new ExplainedPhoto[photos.Length];
        await report.RunAsync("photos", photos.Length, done =>
        {
            var limits = new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation };
            return Parallel.ForAsync(0, photos.Length, limits, async (i, stop) =>
            {
                explained[i] = await explainer.ExplainAsync(photos[i], prefixes[i], stop);
                done();
            });
        });
        foreach (var photo in explained)
            report.Photo(photo);
        foreach (var sheet in await ContactSheetFile.WriteAsync(explained, folder, cancellation))
            report.ContactSheet(sheet);
        return explained.All(photo => photo.Fault is null) ? 0 : 1;
    }
}
