using SkiaSharp;

namespace GradCamGrpc.Imaging.Rendering;

/// <summary>Arranges pictures in a grid, each with a line of text below it.</summary>
public static class ContactSheet
{
    private const int Cell = 256;
    private const int Margin = 12;
    private const int TextHeight = 22;
    private const int TextSize = 14;
    private const int Quality = 80;

    /// <param name="pictures">The pictures, encoded, and their captions; one or more.</param>
    /// <returns>A PNG file, as many cells wide as it is high, or one more.</returns>
    public static byte[] Draw(IReadOnlyList<(byte[] Picture, string Caption)> pictures)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pictures.Count);
        var columns = (int)Math.Ceiling(Math.Sqrt(pictures.Count));
        return Draw([.. pictures.Chunk(columns)], PictureFormat.Png);
    }

    /// <param name="rows">Rows of pictures, encoded, and their captions; one picture or more.</param>
    /// <param name="format">How the sheet is written.</param>
    /// <returns>A file, as many cells wide as the longest row.</returns>
    public static byte[] Draw(IReadOnlyList<IReadOnlyList<(byte[] Picture, string Caption)>> rows, PictureFormat format)
    {
        var columns = rows.Max(row => row.Count);
        ArgumentOutOfRangeException.ThrowIfZero(columns, nameof(rows));
        using var surface = SKSurface.Create(new SKImageInfo(
            columns * (Cell + Margin) + Margin, rows.Count * (Cell + TextHeight + Margin) + Margin));
        surface.Canvas.Clear(SKColors.White);

        using var typeface = LoadTypeface();
        using var font = new SKFont(typeface, TextSize);
        using var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < rows[row].Count; column++)
            {
                var (picture, caption) = rows[row][column];
                var x = Margin + column * (Cell + Margin);
                var y = Margin + row * (Cell + TextHeight + Margin);
                DrawPicture(surface.Canvas, picture, x, y);
                surface.Canvas.DrawText(Fitting(caption, font), x, y + Cell + TextSize + 2, SKTextAlign.Left, font, ink);
            }
        }
        using var image = surface.Snapshot();
        using var file = image.Encode(format is PictureFormat.Jpeg ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, Quality);
        return file.ToArray();
    }

    private static void DrawPicture(SKCanvas canvas, byte[] file, int x, int y)
    {
        using var image = SKImage.FromEncodedData(file) ?? throw new ArgumentException("a picture cannot be read", nameof(file));
        var scale = Math.Min((float)Cell / image.Width, (float)Cell / image.Height);
        var (width, height) = (image.Width * scale, image.Height * scale);
        var place = SKRect.Create(x + (Cell - width) / 2, y + (Cell - height) / 2, width, height);
        canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }

    private static string Fitting(string caption, SKFont font)
    {
        var fitting = caption;
        while (fitting.Length > 1 && font.MeasureText(fitting) > Cell)
            fitting = $"{fitting.TrimEnd('…')[..^1]}…";
        return fitting;
    }

    /// <summary>The system may have no fonts, and this build of Skia would not find them.</summary>
    private static SKTypeface LoadTypeface()
    {
        using var resource = typeof(ContactSheet).Assembly.GetManifestResourceStream("GradCamGrpc.Imaging.Rendering.Fonts.DejaVuSans.ttf")
            ?? throw new InvalidOperationException("the font is missing");
        return SKTypeface.FromStream(resource);
    }
}
