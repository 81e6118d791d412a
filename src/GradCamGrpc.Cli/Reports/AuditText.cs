using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Explaining;
using Spectre.Console;
using static GradCamGrpc.Cli.Reports.TableText;

namespace GradCamGrpc.Cli.Reports;

/// <summary>What an audit found, in a table.</summary>
internal sealed class AuditText(IAnsiConsole console) : ConsoleText(console)
{
    public void Audit(AuditResult result, AuditFiles files)
    {
        Console.MarkupLineInterpolated(
            $"[bold]{result.Model}[/] by {result.Method}, {result.Photos.Count} photos: the first class is right on {Percent(result.Top1)} %");
        var table = new Table().AddColumn("class").AddColumns(
            Right("photos"), Right("first class right"), Right("probability"), Right("in the boxes"), Right("their area"), Right("at the border"), Right("blank"));
        foreach (var figures in result.Classes)
        {
            table.AddRow(
                Markup.Escape($"{figures.Label.Split(',')[0]} ({figures.ClassIndex})"),
                $"{figures.PhotoCount}",
                Percent(figures.Top1),
                Percent(figures.MeanProbability),
                Percentages.Precise(figures.EnergyInside),
                Percentages.Precise(figures.BoxArea),
                Percentages.Precise(figures.BorderEnergy),
                $"{figures.BlankMaps}");
        }
        Console.Write(table);
        Console.WriteLine(
            $"%; in the boxes, at the border: how much of the maps lies there; even maps would have the boxes' area in them, and {Percentages.Whole(AuditedPhoto.EvenBorderEnergy)} at the border");
        Console.MarkupLineInterpolated($"the report: [blue]{FileNames.Shown(files.Page)}[/]");
    }
}
