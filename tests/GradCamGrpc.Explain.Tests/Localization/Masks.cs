using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

/// <summary>Masks as they look.</summary>
internal static class Masks
{
    /// <param name="rows">A text a row: '#' for a pixel that belongs to the mask, '.' for another.</param>
    public static BinaryMask Of(params string[] rows) => new(rows[0].Length, [.. rows.SelectMany(row => row).Select(pixel => pixel == '#')]);

    /// <summary>The rows of a mask, as <see cref="Of"/> takes them.</summary>
    public static string[] Rows(BinaryMask mask) =>
        [.. mask.Pixels.ToArray().Chunk(mask.Width).Select(row => string.Concat(row.Select(pixel => pixel ? '#' : '.')))];
}
