using System.CommandLine;
using GradCamGrpc.Training.Captions;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval captions --data DIR --cache DIR</c></summary>
internal static class EvalCaptionsCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Flickr8k's folder: images/, captions.tsv, test.txt, dev.txt", HelpName = "DIR", Required = true };
        var cache = new Option<string>("--cache") { Description = "where the trunk's maps of the photos are kept (170 MB)", HelpName = "DIR", Required = true };
        var beams = CountOption.Create("--beams", "beams of the search", 3, most: 100);
        var options = new HeadEvaluationOptions();
        var command = new Command("captions", "Measure captions against what people said.") { data, cache, beams };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => EvaluationRun.RunAsync(
            options.IsJson(parsed),
            () => CaptionEvaluation.Of(
                options.Open(parsed), parsed.GetValue(data)!, options.Split(parsed), parsed.GetValue(beams), parsed.GetValue(cache)!),
            evaluation => evaluation.Photos.Count,
            (evaluation, done) => evaluation.Run(done, cancellation),
            (report, quality) => report.Captions(quality)));
        return command;
    }
}
