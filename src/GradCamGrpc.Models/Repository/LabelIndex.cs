using GradCamGrpc.Models.Text;

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
        var exact = FindWhole(wanted);
        return exact.Count > 0 ? exact : Matching(name => name.StartsWith(wanted, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The classes with a text as their label or one of their names.</summary>
    /// <returns>Class indices in ascending order.</returns>
    public IReadOnlyList<int> FindWhole(string text)
    {
        var wanted = text.Trim();
        return wanted.Length == 0 ? [] : Matching(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// The class that is the same as one of another model: with its whole label, else with the first of its names that this index knows.
    /// Where several classes fit, it is the one of the same index.
    /// </summary>
    /// <param name="label">The class's label in the other model.</param>
    /// <param name="index">Its index there.</param>
    /// <returns>One class index; none where no class fits, and several, in ascending order, where none of those that fit has the index.</returns>
    public IReadOnlyList<int> FindSame(string label, int index)
    {
        var fitting = Names(label).Select(FindWhole).FirstOrDefault(found => found.Count > 0) ?? [];
        return fitting.Contains(index) ? [index] : fitting;
    }

    /// <summary>
    /// The classes that a text which names no class alone has to do with, the most fitting first: those with it as their label or one of their
    /// names; where there are none, those with a name that ends in it as a whole word (a tabby cat is a cat), then those that have it elsewhere
    /// in a name, then those with a name that starts with it.
    /// </summary>
    /// <returns>Class indices, each once; in ascending order where classes fit alike.</returns>
    public IReadOnlyList<int> Near(string text)
    {
        var wanted = text.Trim();
        if (wanted.Length == 0)
            return [];
        var whole = FindWhole(wanted);
        return whole.Count > 0
            ? whole
            : [.. Matching(name => WholeWords.AreEndOf(wanted, name))
                .Concat(Matching(name => WholeWords.AreIn(wanted, name)))
                .Concat(Matching(name => name.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)))
                .Distinct()];
    }

    /// <summary>The classes whose label has a text in it, in any case: those that are near it first.</summary>
    /// <returns>Class indices, each once; all of them where the text is empty.</returns>
    public IReadOnlyList<int> Search(string text)
    {
        var wanted = text.Trim();
        return [.. Near(wanted).Concat(Matching(name => name.Contains(wanted, StringComparison.OrdinalIgnoreCase))).Distinct()];
    }

    private int[] Matching(Func<string, bool> fits) =>
        [.. _names.Where(entry => fits(entry.Name)).Select(entry => entry.Index).Distinct().Order()];

    private static IEnumerable<string> Names(string label) =>
        label.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Prepend(label.Trim());
}
