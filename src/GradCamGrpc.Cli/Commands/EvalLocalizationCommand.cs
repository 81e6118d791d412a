using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Reports;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval localization --data DIR</c></summary>
internal static class EvalLocalizationCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "a folder of images/ and boxes.tsv (a box a line: file, class index, WordNet id, x0, y0, x1, y1 in pixels)",
            HelpName = "DIR",
            Required = true,
        };
        var methods = new Option<string[]>("--method", "-m")
        {
            Description = $"how maps are made: {string.Join(", ", LocalizationEvaluation.MethodNames)}; may be repeated [default: all but the slow ones]",
            HelpName = "name",
        };
        methods.AcceptOnlyFromAmong([.. LocalizationEvaluation.MethodNames]);
        var layer = new Option<string?>("--layer", "-l") { Description = "the layer to explain at [default: the model's]", HelpName = "name" };
        var models = new Option<string?>("--models") { Description = "a model folder [default: the embedded model]", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command("localization", "Measure on photos with boxes how well maps tell where things are.") { data, methods, layer, models, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            IReport report = parsed.GetValue(json) ? new JsonReport(Console.Out) : new ConsoleReport();
            try
            {
                var question = new LocalizationQuestion(
                    parsed.GetValue(data)!, parsed.GetValue(methods) ?? [], parsed.GetValue(layer), parsed.GetValue(models));
                report.Localization(await EvaluateAsync(question, report, cancellation));
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

    private static async Task<LocalizationResult> EvaluateAsync(LocalizationQuestion question, IReport report, CancellationToken cancellation)
    {
        using var evaluation = new LocalizationEvaluation(question);
        LocalizationResult? result = null;
        await report.RunAsync(evaluation.PhotoCount, done => Task.Run(() => result = evaluation.Run(done, cancellation), cancellation));
        return result!;
    }
}
