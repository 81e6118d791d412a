namespace GradCamGrpc.Imaging.Rendering;

/// <summary>Reads a map row by row on the grid of an image.</summary>
internal sealed class HeatSampler : IHeatRows
{
    private readonly HeatGrid _grid;
    private readonly Tap[] _columns;
    private readonly Tap[] _rows;
    private readonly int _firstRow;
    private readonly float[] _blended;
    private readonly float[] _heat;

    /// <summary>Two neighbouring positions of the map and the second one's share.</summary>
    private readonly record struct Tap(int Near, int Far, float Share);

    public HeatSampler(HeatGrid grid, int width, int height, CropRectangle crop)
    {
        _grid = grid;
        (_columns, FirstColumn) = Taps(width, crop.X, crop.Width, grid.Width);
        (_rows, _firstRow) = Taps(height, crop.Y, crop.Height, grid.Height);
        _blended = new float[grid.Width];
        _heat = new float[_columns.Length];
    }

    public int FirstColumn { get; }

    /// <summary>How many of the image's columns the map covers.</summary>
    public int ColumnCount => _columns.Length;

    public bool TryRow(int y, out ReadOnlySpan<float> heat)
    {
        heat = _heat;
        if (y < _firstRow || y >= _firstRow + _rows.Length)
            return false;

        var row = _rows[y - _firstRow];
        var values = _grid.Values.Span;
        var near = values.Slice(row.Near * _grid.Width, _grid.Width);
        var far = values.Slice(row.Far * _grid.Width, _grid.Width);
        for (var x = 0; x < _blended.Length; x++)
            _blended[x] = near[x] + (far[x] - near[x]) * row.Share;
        for (var x = 0; x < _columns.Length; x++)
        {
            var column = _columns[x];
            _heat[x] = _blended[column.Near] + (_blended[column.Far] - _blended[column.Near]) * column.Share;
        }
        return true;
    }

    /// <summary>Taps for each pixel whose centre lies within the crop, and the first such pixel.</summary>
    private static (Tap[] Taps, int First) Taps(int pixels, double start, double length, int positions)
    {
        var first = Math.Clamp((int)Math.Ceiling(start - 0.5), 0, pixels);
        var end = Math.Clamp((int)Math.Ceiling(start + length - 0.5), first, pixels);
        var taps = new Tap[end - first];
        for (var i = 0; i < taps.Length; i++)
        {
            var position = Math.Max((first + i + 0.5 - start) / length * positions - 0.5, 0);
            var near = Math.Min((int)position, positions - 1);
            taps[i] = new Tap(near, Math.Min(near + 1, positions - 1), (float)(position - near));
        }
        return (taps, first);
    }
}
