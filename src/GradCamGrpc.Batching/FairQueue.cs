namespace GradCamGrpc.Batching;

/// <summary>
/// Weighted round-robin between lines, by self-clocked fair queueing (Golestani 1994): an item is due one turn of its line after the item
/// before it, or after the item that was taken last if that is later; a turn is as long as the line's weight is small. Who is due first is
/// taken first, and of those due at one time whoever came first.
/// </summary>
internal sealed class FairQueue<TItem>
{
    /// <param name="Due">When it is due, in turns of a line of weight 1.</param>
    /// <param name="Number">Its place among all that ever came.</param>
    /// <param name="Line">Where it stands.</param>
    /// <param name="Item">The item.</param>
    internal sealed record Entry(double Due, long Number, Line Line, TItem Item);

    private static readonly Comparer<Entry> ByDue = Comparer<Entry>.Create((a, b) =>
        a.Due.CompareTo(b.Due) is var byTime and not 0 ? byTime : a.Number.CompareTo(b.Number));

    private readonly SortedSet<Entry> _entries = new(ByDue);
    private readonly Dictionary<Line, (double Due, int Count)> _lines = [];
    private double _now;
    private long _number;

    /// <summary>Items that wait.</summary>
    public int Count => _entries.Count;

    /// <summary>All that wait, in the order in which they would be taken.</summary>
    public IEnumerable<Entry> Entries => _entries;

    /// <summary>Puts an item at the end of its line.</summary>
    public void Add(Line line, TItem item)
    {
        var (last, count) = _lines.GetValueOrDefault(line);
        var due = (count == 0 ? _now : Math.Max(last, _now)) + 1 / line.Weight;
        _lines[line] = (due, count + 1);
        _entries.Add(new Entry(due, _number++, line, item));
    }

    /// <summary>Takes whoever is due first.</summary>
    /// <exception cref="InvalidOperationException">Nobody waits.</exception>
    public Entry Take()
    {
        var first = _entries.Min ?? throw new InvalidOperationException("nobody waits");
        _now = first.Due;
        Remove(first);
        return first;
    }

    /// <summary>
    /// Takes an item out. Where others of its line wait, its turn stays its own: they, and who comes behind them, are due no earlier for it. A
    /// line in which nobody waits is forgotten.
    /// </summary>
    public void Remove(Entry entry)
    {
        if (!_entries.Remove(entry))
            return;
        var (due, count) = _lines[entry.Line];
        if (count > 1)
            _lines[entry.Line] = (due, count - 1);
        else
            _lines.Remove(entry.Line);
        if (_entries.Count == 0)
            _now = 0;
    }
}
