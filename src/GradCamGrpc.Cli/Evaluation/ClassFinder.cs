using System.Globalization;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Reads what people call a class: its index, or its label as far as it is clear.</summary>
internal static class ClassFinder
{
    private const int Candidates = 5;

    /// <returns>The index; or why there is none, a sentence.</returns>
    public static (int? Index, string? Fault) Find(string text, LabelIndex labels)
    {
        var last = labels.Labels.Count - 1;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return index <= last ? (index, null) : (null, $"'{text}' is not from 0 to {last}");

        var found = labels.Find(text);
        return found switch
        {
            [var only] => (only, null),
            [] => (null, $"'{text}' is no class: an index from 0 to {last}, or a label of the model or the start of one, is needed{Hint(text, labels)}"),
            _ => (null, $"'{text}' may mean {Named(labels.Near(text), labels)}"),
        };
    }

    private static string Hint(string text, LabelIndex labels) => labels.Near(text) is { Count: > 0 } near ? $"; close to it: {Named(near, labels)}" : "";

    private static string Named(IReadOnlyList<int> found, LabelIndex labels)
    {
        var named = string.Join("; ", found.Take(Candidates).Select(index => $"{labels.Labels[index]} ({index})"));
        return found.Count > Candidates ? $"{named} and {found.Count - Candidates} more" : named;
    }
}
