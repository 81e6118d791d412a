using System.CommandLine;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam compare PHOTO… --truth CLASS</c></summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var truth = new Option<string>("--truth", "-t") { Description = "what is really on the photos, by index or label; `gradcam models --labels WORD` finds labels", HelpName = "index|label", Required = true };
        var run = new ComparisonRun();
        var model = ModelOptions.OfClasses();
        var maps = MapOptions.OfClasses();
        var command = new Command("compare", "Show why a network failed: maps of the class it found and of the true one.") { truth };
        run.AddTo(command);
        model.AddTo(command);
        maps.AddTo(command);
        command.SetAction((parsed, cancellation) => run.RunAsync(
            parsed,
            async (server, photo) => await server.Comparison.CompareClassesAsync(
                new CompareClassesRequest
                {
                    Model = model.Model(parsed),
                    Image = photo,
                    TrueClass = ClassNames.Reference(parsed.GetValue(truth)!),
                    Layer = model.Layer(parsed),
                    Method = maps.Method(parsed),
                    Outputs = { maps.Overlay(parsed) },
                },
                cancellationToken: cancellation),
            Pictures,
            (report, answer, written) => report.Compared(answer, written),
            "compare",
            cancellation));
        return command;
    }

    private static List<PictureCell> Pictures(CompareClassesResponse answer)
    {
        var (found, truth) = (Captions.ShortLabel(answer.Prediction.Classes[0].Label), Captions.ShortLabel(answer.TrueClass.Score.Label));
        var pictures = new List<PictureCell> { PictureCell.Of("found", $"found: {found}", answer.PredictedMap) };
        if (!answer.Correct)
        {
            pictures.Add(PictureCell.Of("true", $"true: {truth}", answer.TrueMap));
            pictures.Add(PictureCell.Of("contrast", $"{found} rather than {truth}", answer.ContrastMap));
        }
        return pictures;
    }
}
