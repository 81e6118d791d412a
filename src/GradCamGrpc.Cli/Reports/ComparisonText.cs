using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Protos.V1;
using Spectre.Console;
using static GradCamGrpc.Cli.Reports.TableText;

namespace GradCamGrpc.Cli.Reports;

/// <summary>What comparisons found, in tables.</summary>
internal sealed class ComparisonText(IAnsiConsole console) : ConsoleText(console)
{
    public void Compared(CompareClassesResponse answer, WrittenComparison written)
    {
        var found = answer.Prediction.Classes[0];
        Console.MarkupLineInterpolated($"[bold]{written.Photo}[/]: the first class is {(answer.Correct ? "right" : "wrong")}");
        var table = ClassTable().AddRow("found", Label(found), Percent(found.Probability), "1", Nothing(answer.PredictedMap));
        if (!answer.Correct)
            table.AddRow("true", Label(answer.TrueClass.Score), Percent(answer.TrueClass.Score.Probability), $"{answer.TrueClass.Rank}", Nothing(answer.TrueMap));
        Console.Write(table);
        if (!answer.Correct)
            Console.MarkupLineInterpolated($"rank correlation of the two maps: {Figure(answer.HasRankCorrelation ? answer.RankCorrelation : null)}");
        Pictures(written);
    }

    public void ComparedModels(CompareModelsResponse answer, WrittenComparison written)
    {
        var hasBoxes = answer.Models[0].Evidence.HasEnergyInside;
        Console.MarkupLineInterpolated($"[bold]{written.Photo}[/]: why {answer.Models[0].ExplainedClass.Score.Label}");
        var table = new Table().AddColumns("model", "version", "first class").AddColumns(
            Right("class %"), Right("rank"), Right("like the first"), Right("insertion"), Right("deletion"), Right("occlusion"));
        if (hasBoxes)
            table.AddColumns(Right("in the boxes %"), Right("peak inside"));
        foreach (var model in answer.Models)
        {
            var evidence = model.Evidence;
            string[] row =
            [
                Markup.Escape(model.Prediction.Model),
                Markup.Escape(model.Prediction.ModelVersion),
                Label(model.Prediction.Classes[0]),
                Percent(model.ExplainedClass.Score.Probability),
                $"{model.ExplainedClass.Rank}",
                Figure(model.HasRankCorrelation ? model.RankCorrelation : null),
                Figure(evidence.Insertion.Area),
                Figure(evidence.Deletion.Area),
                Figure(evidence.HasOcclusionCorrelation ? evidence.OcclusionCorrelation : null),
            ];
            table.AddRow(hasBoxes ? [.. row, Percent(evidence.EnergyInside), evidence.Pointing.Hits ? "yes" : "no"] : row);
        }
        Console.Write(table);
        Console.WriteLine("like the first: the rank correlation with the first model's map; insertion, deletion: areas, the more and the less the better");
        Pictures(written);
    }

    public void Perturbed(PerturbResponse answer, WrittenComparison written)
    {
        var steps = Math.Round(answer.LargestChange * byte.MaxValue);
        Console.MarkupLineInterpolated($"[bold]{written.Photo}[/]: no colour moved farther than {steps}/255, the class is {(answer.ClassLost ? "lost" : "not lost")}");
        var table = ClassTable();
        foreach (var (name, photo) in new[] { ("before", answer.Before), ("after", answer.After) })
        {
            var found = photo.Prediction.Classes[0];
            table.AddRow($"found {name}", Label(found), Percent(found.Probability), "1", "");
            table.AddRow($"explained {name}", Label(photo.ExplainedClass.Score), Percent(photo.ExplainedClass.Score.Probability), $"{photo.ExplainedClass.Rank}", Nothing(photo.Map));
        }
        Console.Write(table);
        Console.MarkupLineInterpolated($"rank correlation of the two maps: {Figure(answer.HasRankCorrelation ? answer.RankCorrelation : null)}");
        Pictures(written);
    }

    private static Table ClassTable() => new Table().AddColumns("", "class").AddColumns(Right("%"), Right("rank")).AddColumn("map");

    private static string Label(ClassScore score) => Markup.Escape($"{score.Label} ({score.ClassIndex})");
}
