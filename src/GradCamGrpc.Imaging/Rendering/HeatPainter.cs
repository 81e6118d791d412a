using System.Runtime.InteropServices;

namespace GradCamGrpc.Imaging.Rendering;

/// <summary>Draws maps.</summary>
public static class HeatPainter
{
    /// <summary>A picture of a map alone, on the grid of an image; outside the part it covers there is no heat.</summary>
    /// <param name="map">The map, signed.</param>
    /// <param name="width">The image's columns.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="crop">The part of the image that the map covers.</param>
    /// <param name="colors">The colours.</param>
    public static PixelBuffer HeatMap(HeatGrid map, int width, int height, CropRectangle crop, ColorMap colors)
    {
        var palette = Palette.Of(colors);
        var cold = palette.Pixel(0);
        var picture = new PixelBuffer(width, height);
        var heat = new ScaledHeat(map, width, height, crop);
        for (var y = 0; y < height; y++)
        {
            var pixels = MemoryMarshal.Cast<byte, uint>(picture.Row(y));
            pixels.Fill(cold);
            if (!heat.TryRow(y, out var row))
                continue;
            for (var x = 0; x < row.Length; x++)
                pixels[heat.FirstColumn + x] = palette.Pixel(row[x]);
        }
        return picture;
    }

    /// <summary>
    /// A photo with a map over it: (1 − opacity) · photo + opacity · colour, inside the part that the map covers; outside it, and
    /// everywhere for a map that is all zero, the photo as it is.
    /// </summary>
    /// <param name="photo">The photo; it is not changed.</param>
    /// <param name="map">The map, signed.</param>
    /// <param name="crop">The part of the photo that the map covers.</param>
    /// <param name="colors">The colours.</param>
    /// <param name="opacity">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The opacity is not from 0 to 1.</exception>
    public static PixelBuffer Overlay(PixelBuffer photo, HeatGrid map, CropRectangle crop, ColorMap colors, double opacity)
    {
        if (opacity is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(opacity), opacity, "the opacity is from 0 to 1");

        var picture = new PixelBuffer(photo.Width, photo.Height);
        photo.Bytes.CopyTo(picture.Bytes);
        if (map.IsAllZero)
            return picture;

        var palette = Palette.Of(colors);
        var heat = new ScaledHeat(map, photo.Width, photo.Height, crop);

        // 16 bits behind the point: the sum of both shares is exactly one.
        var colorShare = (int)Math.Round(opacity * 65536);
        for (var y = 0; y < photo.Height; y++)
        {
            if (!heat.TryRow(y, out var row))
                continue;
            var pixels = picture.Row(y)[(heat.FirstColumn * PixelBuffer.Channels)..];
            for (var x = 0; x < row.Length; x++)
                Blend(pixels.Slice(x * PixelBuffer.Channels, PixelBuffer.Channels), palette[row[x]], colorShare);
        }
        return picture;
    }

    /// <summary>A map in 256 levels on the grid of an image: its scaled heat times 255, rounded; 0 outside the part it covers.</summary>
    /// <param name="map">The map, signed.</param>
    /// <param name="width">The image's columns.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="crop">The part of the image that the map covers.</param>
    public static GreyImage Graded(HeatGrid map, int width, int height, CropRectangle crop)
    {
        var levels = new byte[width * height];
        var heat = new ScaledHeat(map, width, height, crop);
        for (var y = 0; y < height; y++)
        {
            if (!heat.TryRow(y, out var row))
                continue;
            var written = levels.AsSpan(y * width + heat.FirstColumn, row.Length);
            for (var x = 0; x < row.Length; x++)
                written[x] = (byte)(row[x] * byte.MaxValue + 0.5f);
        }
        return new GreyImage(width, height, levels);
    }

    private static void Blend(Span<byte> pixel, ReadOnlySpan<byte> color, int colorShare)
    {
        for (var channel = 0; channel < 3; channel++)
            pixel[channel] = (byte)((pixel[channel] * (65536 - colorShare) + color[channel] * colorShare + 32768) >> 16);
    }
}
