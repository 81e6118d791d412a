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
        var photos = new Argument<string[]>("PHOTO") { Description = "photos to explain", Arity = ArgumentArity.OneOrMore };
        photos.Validators.Add(result =>
        {
            // Without this a mistyped option would pass for a photo.
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !File.Exists(token.Value)))
                result.AddError($"there is no option '{token.Value}'; 'gradcam explain --help' lists them");
        });
        var folder = new Option<DirectoryInfo>("--out", "-o")
        {
            Description = "where pictures are written",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("out"),
        };
        folder.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && File.Exists(token.Value))
                result.AddError($"--out: '{token.Value}' is a file; a folder is needed");
        });
        var json = new Option<bool>("--json") { Description = "print a line of JSON for each photo" };
        var connection = new ConnectionOptions();
        var question = new QuestionOptions();
        var command = new Command("explain", "Tell what is on photos, and show where the network saw it.") { photos, folder, json };
        question.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            IReport report = parsed.GetValue(json) ? new JsonReport(Console.Out) : new ConsoleReport();
            try
            {
                var output = Directory.CreateDirectory(parsed.GetValue(folder)!.FullName);
                await using var server = await connection.OpenAsync(parsed);
                var explainer = new PhotoExplainer(server, question.Read(parsed), output);
                return await ExplainAsync(parsed.GetValue(photos)!, explainer, output, report, cancellation);
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
        await report.RunAsync(photos.Length, done =>
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
