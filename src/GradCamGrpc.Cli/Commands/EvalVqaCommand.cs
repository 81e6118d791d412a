using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Training.Answers;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval vqa --rooms DIR --captions DIR --models DIR</c></summary>
internal static class EvalVqaCommand
{
    public static Command Create()
    {
        var rooms = new Option<string>("--rooms") { Description = "DAQUAR's folder: images/, train.tsv, test.tsv", HelpName = "DIR", Required = true };
        var captions = new Option<string?>("--captions") { Description = "Flickr8k's folder, to ask questions made of its captions, too", HelpName = "DIR" };
        var blind = new Option<string?>("--blind-models") { Description = "a model that `gradcam train vqa --blind` has taught: what questions alone give away", HelpName = "DIR" };
        var cache = new Option<string?>("--cache") { Description = "where the trunk's maps of the photos are kept (300 MB) [default: they are not kept]", HelpName = "DIR" };
        var options = new HeadEvaluationOptions();
        var command = new Command("vqa", "Measure answers to questions, and how much of them is owed to the photos.") { rooms, captions, blind, cache };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var kept = new CacheFolder(parsed.GetValue(cache));
            return await EvaluationRun.RunAsync(
                options.IsJson(parsed),
                () => AnswerEvaluation.Of(
                    options.Open(parsed), Blind(parsed.GetValue(blind)), parsed.GetValue(rooms)!, parsed.GetValue(captions), options.Split(parsed), kept.Path),
                evaluation => evaluation.StepCount,
                (evaluation, done) => evaluation.Run(done, cancellation),
                (report, quality) => report.Answers(quality));
        });
        return command;
    }

    private static ModelFolder? Blind(string? models) => models is null ? null : OneModel.Read(models).Folder;
}
