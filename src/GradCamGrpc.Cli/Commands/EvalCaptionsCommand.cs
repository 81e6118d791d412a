using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Reports;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Training.Captions;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval captions --data DIR --cache DIR</c></summary>
internal static class EvalCaptionsCommand
{
    private const int MaxBeams = 100;

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Flickr8k's folder: images/, captions.tsv, test.txt, dev.txt", HelpName = "DIR", Required = true };
        var cache = new Option<string>("--cache") { Description = "where the trunk's maps of the photos are kept (170 MB)", HelpName = "DIR", Required = true };
        var models = new Option<string?>("--models") { Description = "a model folder [default: the embedded model]", HelpName = "DIR" };
        var split = new Option<string>("--split") { Description = "test, or dev to make choices by", HelpName = "name", DefaultValueFactory = _ => "test" };
        var beams = new Option<int>("--beams") { Description = "beams of the search", HelpName = "count", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json") { Description = "print JSON" };
        split.AcceptOnlyFromAmong("test", "dev");
        beams.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxBeams)
                result.AddError($"--beams: from 1 to {MaxBeams}");
        });
        var command = new Command("captions", "Measure captions against what people said.") { data, cache, models, split, beams, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            IReport report = parsed.GetValue(json) ? new JsonReport(Console.Out) : new ConsoleReport();
            try
            {
                var folder = OneModel.Read(parsed.GetValue(models)).Folder;
                LibTorch.EnsureLoads();
                var evaluation = CaptionEvaluation.Of(
                    folder, parsed.GetValue(data)!, parsed.GetValue(split)!, parsed.GetValue(beams), parsed.GetValue(cache)!);
                CaptionQuality? quality = null;
                await report.RunAsync(evaluation.Photos.Count, done => Task.Run(() => { quality = evaluation.Run(done, cancellation); }, cancellation));
                report.Captions(quality!);
                return 0;
            }
            catch (Exception fault) when (ExpectedFaults.Include(fault))
            {
                report.Fault(fault.Message);
                return 1;
            }
        });
        return command;
    }
}
