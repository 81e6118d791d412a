using SkiaSharp;

namespace GradCamGrpc.Imaging.Rendering;

/// <summary>Draws boxes.</summary>
public static class BoxPainter
{
    private const float StrokesASide = 100;
    private const float ThinnestStroke = 3;

    private static readonly SKColor Ink = new(255, 214, 0);

    /// <summary>Draws outlines into a picture: yellow, with a black edge, so that they are seen on any photo.</summary>
    /// <param name="picture">The picture; it is changed.</param>
    /// <param name="boxes">In its pixels.</param>
    public static unsafe void Outline(PixelBuffer picture, IEnumerable<CropRectangle> boxes)
    {
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        fixed (byte* start = picture.Bytes)
        {
            using var surface = SKSurface.Create(info, (nint)start);
            var width = Math.Max(Math.Min(picture.Width, picture.Height) / StrokesASide, ThinnestStroke);
            using var edge = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = 2 * width, Color = SKColors.Black };
            using var ink = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = width, Color = Ink };
            foreach (var box in boxes)
            {
                var outline = SKRect.Create((float)box.X, (float)box.Y, (float)box.Width, (float)box.Height);
                surface.Canvas.DrawRect(outline, edge);
                surface.Canvas.DrawRect(outline, ink);
            }
            surface.Flush();
        }
    }
}
