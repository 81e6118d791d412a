namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>The size an image is resized to, and which part of that is kept.</summary>
/// <param name="Width">Columns after resizing.</param>
/// <param name="Height">Rows after resizing.</param>
/// <param name="Left">The first column that is kept.</param>
/// <param name="Top">The first row that is kept.</param>
internal readonly record struct ResizeGeometry(int Width, int Height, int Left, int Top)
{
    /// <summary>The geometry of torchvision's Resize and CenterCrop.</summary>
    public static ResizeGeometry Of(int width, int height, PreprocessingSpec spec)
    {
        if (spec.ResizeShorterSide is not { } side)
            return new ResizeGeometry(spec.CropWidth, spec.CropHeight, 0, 0);

        // The longer side is cut down to a whole number; halves of the crop's offset go to the even neighbour.
        var (resizedWidth, resizedHeight) = width <= height
            ? (side, (int)((double)side * height / width))
            : ((int)((double)side * width / height), side);
        var left = (int)Math.Round((resizedWidth - spec.CropWidth) / 2.0, MidpointRounding.ToEven);
        var top = (int)Math.Round((resizedHeight - spec.CropHeight) / 2.0, MidpointRounding.ToEven);
        return new ResizeGeometry(resizedWidth, resizedHeight, left, top);
    }
}
