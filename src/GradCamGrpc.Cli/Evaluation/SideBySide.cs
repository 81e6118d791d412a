using System.Runtime.InteropServices;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Makes one picture of two of the same size: half of the columns of each, so that neither is squeezed.</summary>
internal static class SideBySide
{
    /// <summary>The first column of the right half; the middle column of an odd number is the right half's.</summary>
    public static int Seam(int width) => width / 2;

    /// <summary>Composes a picture of the size of both.</summary>
    /// <param name="left">What is seen at the left.</param>
    /// <param name="leftBox">What of it should be seen; its middle is in the middle of the half, as far as there are columns.</param>
    /// <param name="right">What is seen at the right.</param>
    /// <param name="rightBox">What of it should be seen.</param>
    /// <exception cref="ArgumentException">The pictures are of different sizes.</exception>
    public static PixelBuffer Compose(PixelBuffer left, BoundingBox leftBox, PixelBuffer right, BoundingBox rightBox)
    {
        if (left.Width != right.Width || left.Height != right.Height)
            throw new ArgumentException($"{left.Width} x {left.Height} and {right.Width} x {right.Height} are not one size", nameof(right));

        var (width, seam) = (left.Width, Seam(left.Width));
        var (fromLeft, fromRight) = (FirstColumn(width, seam, leftBox), FirstColumn(width, width - seam, rightBox));
        var composed = new PixelBuffer(width, left.Height);
        for (var y = 0; y < left.Height; y++)
        {
            var row = MemoryMarshal.Cast<byte, uint>(composed.Row(y));
            MemoryMarshal.Cast<byte, uint>(left.Row(y)).Slice(fromLeft, seam).CopyTo(row);
            MemoryMarshal.Cast<byte, uint>(right.Row(y)).Slice(fromRight, width - seam).CopyTo(row[seam..]);
        }
        return composed;
    }

    /// <summary>The first of some columns that hold as much of a box as so many can.</summary>
    private static int FirstColumn(int width, int columns, BoundingBox box) =>
        Math.Clamp((int)Math.Round((box.Left + box.Right - columns) / 2, MidpointRounding.AwayFromZero), 0, width - columns);
}
