using GradCamGrpc.Imaging;

namespace GradCamGrpc.Server.Video;

/// <summary>A frame as 32 x 32 grey values, to tell whether two frames show the same.</summary>
internal sealed class GreyCopy
{
    private const int Side = 32;
    private const int TileSide = 8;

    /// <summary>Pixels that are looked at in each direction of a cell; more would make no difference and take time.</summary>
    private const int Samples = 8;

    private readonly float[] _cells;

    private GreyCopy(float[] cells) => _cells = cells;

    /// <summary>Makes the copy: in each of 32 x 32 cells the mean luma of its pixels, 0 to 1.</summary>
    public static GreyCopy Of(PixelBuffer frame)
    {
        var cells = new float[Side * Side];
        for (var row = 0; row < Side; row++)
        {
            var (top, bottom) = Span(row, frame.Height);
            for (var column = 0; column < Side; column++)
            {
                var (left, right) = Span(column, frame.Width);
                cells[row * Side + column] = MeanLuma(frame, left, right, top, bottom);
            }
        }
        return new GreyCopy(cells);
    }

    /// <summary>The mean absolute difference in that one of 4 x 4 tiles where it is largest, 0 to 1.</summary>
    public double DifferenceTo(GreyCopy other)
    {
        const int Tiles = Side / TileSide;
        var sums = new double[Tiles * Tiles];
        for (var i = 0; i < _cells.Length; i++)
            sums[i / Side / TileSide * Tiles + i % Side / TileSide] += Math.Abs(_cells[i] - other._cells[i]);
        return sums.Max() / (TileSide * TileSide);
    }

    /// <summary>The pixels of a cell; a small frame's cells share some.</summary>
    private static (int From, int To) Span(int cell, int pixels)
    {
        var from = cell * pixels / Side;
        return (from, Math.Max(from + 1, (cell + 1) * pixels / Side));
    }

    private static float MeanLuma(PixelBuffer frame, int left, int right, int top, int bottom)
    {
        var (across, down) = (Math.Max(1, (right - left) / Samples), Math.Max(1, (bottom - top) / Samples));
        long sum = 0;
        var count = 0;
        for (var y = top; y < bottom; y += down)
        {
            var pixels = frame.Row(y);
            for (var x = left; x < right; x += across)
            {
                var pixel = pixels.Slice(x * PixelBuffer.Channels, 3);
                sum += 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
                count++;
            }
        }
        return (float)(sum / (255_000.0 * count));
    }
}
