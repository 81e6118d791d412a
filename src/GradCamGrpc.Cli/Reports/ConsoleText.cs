using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Spectre.Console;

namespace GradCamGrpc.Cli.Reports;

/// <summary>What many reports have lines of.</summary>
internal abstract class ConsoleText(IAnsiConsole console)
{
    protected IAnsiConsole Console => console;

    /// <summary>A photo's name above what was found of it; none where nothing was, so that its fault alone is told.</summary>
    protected void Heading(string path) => console.MarkupLineInterpolated($"[bold]{path}[/]");

    protected void Classes(ClassificationPrediction? prediction)
    {
        foreach (var found in prediction?.Classes ?? [])
            console.MarkupLineInterpolated($"  {found.Probability,6:P1}  {found.Label} ({found.ClassIndex})");
    }

    protected void File(string file) => console.MarkupLineInterpolated($"    [blue]{FileNames.Shown(file)}[/]");

    protected void Pictures(WrittenComparison written)
    {
        foreach (var file in written.Files)
            File(file);
        if (written.ContactSheet is { } sheet)
            AllTogether(sheet);
    }

    protected void AllTogether(string file) => console.MarkupLineInterpolated($"all together: [blue]{FileNames.Shown(file)}[/]");

    protected static string Nothing(SaliencyMap map) => (map.ScoreIsFlat, map.AllZero) switch
    {
        (true, _) => "all zero: the score's gradient is zero everywhere",
        (_, true) => "all zero: nothing speaks for it",
        _ => "",
    };

    protected static string At(MapProvenance provenance) => LayerNames.Of(provenance) is { Length: > 0 } layers ? $" at {layers}" : "";
}
