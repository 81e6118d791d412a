namespace GradCamGrpc.Imaging.Rendering;

/// <summary>A map on the grid of an image, row by row: a photo of many megapixels needs no array of its size.</summary>
internal interface IHeatRows
{
    /// <summary>The image's first column that the map covers.</summary>
    int FirstColumn { get; }

    /// <summary>The heat of one row of the image, from <see cref="FirstColumn"/> on; valid until the next call.</summary>
    /// <returns>Whether the map covers any of the row.</returns>
    bool TryRow(int y, out ReadOnlySpan<float> heat);
}
