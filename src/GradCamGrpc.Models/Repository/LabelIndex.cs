namespace GradCamGrpc.Models.Repository;

/// <summary>Finds classes by their labels, in any case.</summary>
/// <remarks>A label may hold several names behind commas: <c>tabby, tabby cat</c>.</remarks>
public sealed class LabelIndex
{
    private readonly (string Name, int Index)[] _names;

    /// <param name="labels">The labels, by class index.</param>
    public LabelIndex(IReadOnlyList<string> labels)
    {
        Labels = labels;
        _names = [.. labels.SelectMany((label, index) => Names(label).Select(name => (name, index)))];
    }

    /// <summary>The labels, by class index.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>
    /// The classes that <paramref name="text"/> may mean: those with it as their label or one of their names; where there are none,
    /// those with a label or name that starts with it.
    /// </summary>
    /// <returns>Class indices in ascending order: one when the text is clear, several when it is ambiguous, none when it is unknown.</returns>
    public IReadOnlyList<int> Find(string text)
    {
        var wanted = text.Trim();
        if (wanted.Length == 0)
            return [];
        var exact = Matching(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        return exact.Length > 0 ? exact : Matching(name => name.StartsWith(wanted, StringComparison.OrdinalIgnoreCase));
    }

    private int[] Matching(Func<string, bool> fits) =>
        [.. _names.Where(entry => fits(entry.Name)).Select(entry => entry.Index).Distinct().Order()];

    private static IEnumerable<string> Names(string label) =>
        label.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Prepend(label.Trim());
}
