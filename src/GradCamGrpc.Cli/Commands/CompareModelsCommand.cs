using System.CommandLine;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam compare-models PHOTO… --model A --model B</c></summary>
internal static class CompareModelsCommand
{
    public static Command Create()
    {
        var models = new Option<string[]>("--model")
        {
            Description = "a model, NAME or NAME@LAYER; 2 to 8 of them, the first the one that the others are compared with",
            HelpName = "name",
            Required = true,
        };
        var named = new Option<string?>("--class", "-c")
        {
            Description = "the class to explain, of the first model [default: its most probable one]",
            HelpName = "index|label",
        };
        var boxes = new BoxOption();
        var run = new ComparisonRun();
        var maps = MapOptions.OfClasses();
        var command = new Command("compare-models", "Show what several networks look at for the same class, and how far to trust each.") { models, named, boxes };
        run.AddTo(command);
        maps.AddTo(command);
        command.SetAction((parsed, cancellation) => run.RunAsync(
            parsed,
            async (server, photo) => await server.Comparison.CompareModelsAsync(
                new CompareModelsRequest
                {
                    Image = photo,
                    Models = { parsed.GetValue(models)!.Select(Choice) },
                    ExplainedClass = parsed.GetValue(named) is { } text ? ClassNames.Reference(text) : null,
                    Method = maps.Method(parsed),
                    Outputs = { maps.Overlay(parsed) },
                    Boxes = { parsed.GetValue(boxes) ?? [] },
                },
                cancellationToken: cancellation),
            Pictures,
            (report, answer, written) => report.ComparedModels(answer, written),
            "models",
            cancellation));
        return command;
    }

    private static PictureCell[] Pictures(CompareModelsResponse answer) => [.. answer.Models.Select(model =>
        PictureCell.Of(model.Prediction.Model, $"{model.Prediction.Model}: {Captions.ShortLabel(model.ExplainedClass.Score.Label)}", model.Map))];

    private static ModelChoice Choice(string text)
    {
        var parts = text.Split('@', 2);
        return new ModelChoice { Model = parts[0], Layer = parts.ElementAtOrDefault(1) ?? "" };
    }
}
