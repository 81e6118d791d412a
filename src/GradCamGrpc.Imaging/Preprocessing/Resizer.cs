using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>Pillow's antialiased resize, bit for bit: columns first, then rows, rounded to bytes in between.</summary>
internal static class Resizer
{
    /// <summary>One half, so that cutting off the fraction rounds.</summary>
    private const int Half = 1 << (ResizeKernel.Bits - 1);

    /// <summary>Resizes an image and returns a part of the result; only what that part needs is computed.</summary>
    public static PixelBuffer Resize(PixelBuffer source, ResizeGeometry geometry, int cropWidth, int cropHeight, Interpolation interpolation)
    {
        var columns = new ResizeKernel(source.Width, geometry.Width, geometry.Left, cropWidth, interpolation);
        var rows = new ResizeKernel(source.Height, geometry.Height, geometry.Top, cropHeight, interpolation);
        using var narrowed = ResizeColumns(source, columns, rows.FirstSource, rows.EndSource, cropWidth);
        return ResizeRows(narrowed, rows, cropHeight);
    }

    // Not inlined: in a caller's code the small calls within would no longer be.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static PixelBuffer ResizeColumns(PixelBuffer source, ResizeKernel kernel, int firstRow, int endRow, int width)
    {
        var target = new PixelBuffer(width, endRow - firstRow);
        for (var y = 0; y < target.Height; y++)
        {
            var from = MemoryMarshal.Cast<byte, uint>(source.Row(firstRow + y));
            var to = MemoryMarshal.Cast<byte, uint>(target.Row(y));
            for (var x = 0; x < width; x++)
                to[x] = Sum(from[kernel.Starts[x]..], stride: 1, kernel.Weights(x));
        }
        return target;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static PixelBuffer ResizeRows(PixelBuffer source, ResizeKernel kernel, int height)
    {
        var target = new PixelBuffer(source.Width, height);
        for (var y = 0; y < height; y++)
        {
            var weights = kernel.Weights(y);
            var from = source.Bytes[((kernel.Starts[y] - kernel.FirstSource) * source.Width * PixelBuffer.Channels)..];
            var to = target.Row(y);
            var x = 0;
            for (; x <= to.Length - Vector256<byte>.Count; x += Vector256<byte>.Count)
                Sum(from[x..], to.Length, weights).CopyTo(to[x..]);
            for (; x < to.Length; x += PixelBuffer.Channels)
                MemoryMarshal.Write(to[x..], Sum(MemoryMarshal.Cast<byte, uint>(from[x..]), source.Width, weights));
        }
        return target;
    }

    /// <summary>The weighted sum of pixels.</summary>
    /// <param name="taps">The first of them, and what follows it.</param>
    /// <param name="stride">Pixels from one to the next.</param>
    /// <param name="weights">Their weights, fixed-point numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Sum(ReadOnlySpan<uint> taps, int stride, ReadOnlySpan<int> weights)
    {
        var sum = Vector128.Create(Half);
        for (var k = 0; k < weights.Length; k++)
            sum += Widen(taps[k * stride]) * weights[k];
        return Narrow(sum);
    }

    /// <summary>The weighted sum of neighbouring bytes, each with those below it.</summary>
    /// <param name="taps">The first row of them, and what follows it.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="weights">The rows' weights, fixed-point numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Sum(ReadOnlySpan<byte> taps, int stride, ReadOnlySpan<int> weights)
    {
        var (a, b, c, d) = (Vector256.Create(Half), Vector256.Create(Half), Vector256.Create(Half), Vector256.Create(Half));
        for (var k = 0; k < weights.Length; k++)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(taps[(k * stride)..]));
            var (first, second) = Vector256.Widen(low);
            var (third, fourth) = Vector256.Widen(high);
            a += first.AsInt32() * weights[k];
            b += second.AsInt32() * weights[k];
            c += third.AsInt32() * weights[k];
            d += fourth.AsInt32() * weights[k];
        }
        return Vector256.Narrow(Vector256.Narrow(Clamp(a), Clamp(b)), Vector256.Narrow(Clamp(c), Clamp(d)));
    }

    /// <summary>The four bytes of a pixel as four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(uint pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte())).AsInt32();

    /// <summary>Four fixed-point numbers as a pixel, each clamped to a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Narrow(Vector128<int> sum)
    {
        var clamped = Vector128.Clamp(sum >> ResizeKernel.Bits, Vector128<int>.Zero, Vector128.Create((int)byte.MaxValue)).AsUInt32();
        var shorts = Vector128.Narrow(clamped, clamped);
        return Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Clamp(Vector256<int> sum) =>
        Vector256.Clamp(sum >> ResizeKernel.Bits, Vector256<int>.Zero, Vector256.Create((int)byte.MaxValue)).AsUInt32();
}
