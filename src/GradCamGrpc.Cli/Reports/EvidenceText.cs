using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Evidence;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Spectre.Console;

namespace GradCamGrpc.Cli.Reports;

/// <summary>Whether maps can be believed, in tables.</summary>
internal sealed class EvidenceText(IAnsiConsole console) : ConsoleText(console)
{
    public void Evidence(JudgedPhoto photo)
    {
        if (photo.Prediction is null)
            return;
        Heading(photo.Path);
        Classes(photo.Prediction);
        if (photo.Maps.Count == 0)
            return;
        Console.Write(EvidenceTables.Of(photo.Maps));
        Console.WriteLine("↑: the more the better; ↓: the less the better");
        if (!photo.Maps.Any(map => map.SubjectCase is MapEvidence.SubjectOneofCase.Baseline))
            Console.WriteLine("--baselines tells what a random map and a blob in the middle reach: a map that shows something beats both");
    }

    public void Sanity(SanityCheckedPhoto photo)
    {
        if (photo.Subject is not { } subject)
            return;
        Heading(photo.Path);
        Classes(subject.Prediction);
        Console.MarkupLineInterpolated(
            $"  {Subjects.Question(subject.Score)} at {subject.Layer}, {subject.Modules.Count} modules from the outputs down");
        Similarities(EvidenceTables.Rows(photo.Checkpoints));
    }

    public void Sanity(SanityResult result)
    {
        Console.MarkupLineInterpolated(
            $"[bold]{result.Model}[/] at {result.Layer}, {result.PhotoCount} photos, {result.ModuleCount} modules from the outputs down");
        Similarities(EvidenceTables.Rows(result.Checkpoints));
    }

    private void Similarities(IReadOnlyList<SimilarityRow> rows)
    {
        if (rows.Count == 0)
            return;
        Console.WriteLine("structural similarity of the maps to those before; near 1, a method does not show what the network has learnt:");
        Console.Write(EvidenceTables.Of(rows, cell => cell.Structural));
        Console.WriteLine("rank correlation:");
        Console.Write(EvidenceTables.Of(rows, cell => cell.Rank));
    }
}
