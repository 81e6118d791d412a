using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>Pillow's antialiased resize, bit for bit: columns first, then rows, rounded to bytes in between.</summary>
internal static class Resizer
{
    /// <summary>Resizes an image and returns a part of the result; only what that part needs is computed.</summary>
    public static PixelBuffer Resize(PixelBuffer source, ResizeGeometry geometry, int cropWidth, int cropHeight, Interpolation interpolation)
    {
        var columns = new ResizeKernel(source.Width, geometry.Width, geometry.Left, cropWidth, interpolation);
        var rows = new ResizeKernel(source.Height, geometry.Height, geometry.Top, cropHeight, interpolation);
        using var narrowed = ResizeColumns(source, columns, rows.FirstSource, rows.EndSource, cropWidth);
        return ResizeRows(narrowed, rows, cropHeight);
    }

    private static PixelBuffer ResizeColumns(PixelBuffer source, ResizeKernel kernel, int firstRow, int endRow, int width)
    {
        var target = new PixelBuffer(width, endRow - firstRow);
        for (var y = 0; y < target.Height; y++)
        {
            var from = MemoryMarshal.Cast<byte, uint>(source.Row(firstRow + y));
            var to = MemoryMarshal.Cast<byte, uint>(target.Row(y));
            for (var x = 0; x < width; x++)
            {
                var sum = Half;
                var weights = kernel.Weights(x);
                var taps = from.Slice(kernel.Starts[x], weights.Length);
                for (var k = 0; k < weights.Length; k++)
                    sum += Widen(taps[k]) * weights[k];
                to[x] = Narrow(sum);
            }
        }
        return target;
    }

    private static PixelBuffer ResizeRows(PixelBuffer source, ResizeKernel kernel, int height)
    {
        var target = new PixelBuffer(source.Width, height);
        var from = MemoryMarshal.Cast<byte, uint>(source.Bytes);
        for (var y = 0; y < height; y++)
        {
            var weights = kernel.Weights(y);
            var taps = from[((kernel.Starts[y] - kernel.FirstSource) * source.Width)..];
            var to = MemoryMarshal.Cast<byte, uint>(target.Row(y));
            for (var x = 0; x < to.Length; x++)
            {
                var sum = Half;
                for (var k = 0; k < weights.Length; k++)
                    sum += Widen(taps[k * to.Length + x]) * weights[k];
                to[x] = Narrow(sum);
            }
        }
        return target;
    }

    /// <summary>One half, so that cutting off the fraction rounds.</summary>
    private static Vector128<int> Half => Vector128.Create(1 << (ResizeKernel.Bits - 1));

    /// <summary>The four bytes of a pixel as four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(uint pixel)
    {
        var bytes = Vector128.CreateScalarUnsafe(pixel).AsByte();
        return Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
    }

    /// <summary>Four fixed-point numbers as a pixel, each clamped to a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Narrow(Vector128<int> sum)
    {
        var clamped = Vector128.Clamp(sum >> ResizeKernel.Bits, Vector128<int>.Zero, Vector128.Create((int)byte.MaxValue)).AsUInt32();
        var shorts = Vector128.Narrow(clamped, clamped);
        return Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar();
    }
}
