using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Grounding;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval grounding --data DIR</c></summary>
internal static class EvalGroundingCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Flickr8k's folder: images/, captions.tsv, test.txt, dev.txt", HelpName = "DIR", Required = true };
        var photos = CountOption.Create("--photos", "the first so many photos of the split", 200);
        var seed = NumberOption.Create("--seed", "where random parts of photos are covered", "number", "a whole number", value: 1);
        var options = new HeadEvaluationOptions();
        var command = new Command("grounding", "Cover parts of photos, and measure whether maps of words and answers tell what they hang on.")
        {
            data, photos, seed,
        };
        options.AddTo(command);
        seed.Require<int>(number => number >= 0, "--seed: 0 at least");
        command.SetAction((parsed, cancellation) => EvaluationRun.RunAsync(
            options.IsJson(parsed),
            () => GroundingEvaluation.Of(
                options.Open(parsed), parsed.GetValue(data)!, options.Split(parsed), parsed.GetValue(photos), parsed.GetValue(seed)),
            evaluation => evaluation.Photos.Count,
            (evaluation, done) => evaluation.Run(done, cancellation),
            (report, result) => report.Grounding(result)));
        return command;
    }
}
