using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace GradCamGrpc.Imaging.Rendering;

/// <summary>The 256 colours of a colour map.</summary>
internal sealed class Palette
{
    private const int Size = 256;

    private static readonly ImmutableArray<Palette> All = [.. Enum.GetValues<ColorMap>().Select(Load)];

    // Pixels of a PixelBuffer: red, green, blue, 255.
    private readonly byte[] _pixels;

    private Palette(byte[] pixels) => _pixels = pixels;

    public static Palette Of(ColorMap map) => All[(int)map];

    /// <summary>The colour of a heat from 0 to 1, as a pixel of a <see cref="PixelBuffer"/>.</summary>
    public ReadOnlySpan<byte> this[float heat] =>
        _pixels.AsSpan((int)Math.Clamp(heat * Size, 0, Size - 1) * PixelBuffer.Channels, PixelBuffer.Channels);

    /// <summary>The colours as whole pixels, for writing.</summary>
    public uint Pixel(float heat) => MemoryMarshal.Read<uint>(this[heat]);

    /// <summary>A resource holds 256 times red, green and blue.</summary>
    private static Palette Load(ColorMap map)
    {
        var name = $"GradCamGrpc.Imaging.Rendering.Palettes.{map.ToString().ToLowerInvariant()}.rgb";
        using var resource = typeof(Palette).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the resource {name} is missing");
        var rgb = new byte[3 * Size];
        resource.ReadExactly(rgb);
        var pixels = new byte[PixelBuffer.Channels * Size];
        for (var i = 0; i < Size; i++)
        {
            rgb.AsSpan(3 * i, 3).CopyTo(pixels.AsSpan(PixelBuffer.Channels * i));
            pixels[PixelBuffer.Channels * i + 3] = byte.MaxValue;
        }
        return new Palette(pixels);
    }
}
