using System.Runtime.InteropServices;

namespace GradCamGrpc.Imaging.Decoding;

/// <summary>Decodes JPEG files with libjpeg-turbo, by its TurboJPEG interface, where the system has it.</summary>
/// <remarks>
/// SkiaSharp's package carries libjpeg-turbo without its vector instructions, and takes longer for the same pixels: the same bit for bit, at every scale.
/// Only of a file that no encoder writes, whose numbers overflow or whose passes end too soon, they differ.
/// </remarks>
internal static partial class TurboJpeg
{
    /// <summary>The interface of libjpeg-turbo 2, which later versions keep.</summary>
    private const string Library = "libturbojpeg.so.0";

    /// <summary>TJPF_RGBA: the fourth byte is 255.</summary>
    private const int Rgba = 7;

    /// <summary>TJFLAG_STOPONWARNING and TJFLAG_ACCURATEDCT. Upsampling is smooth where nothing else is asked for.</summary>
    private const int Flags = 8192 | 4096;

    /// <summary>
    /// A file may have thousands, and each is a pass over all pixels. Encoders write ten. Half of the hundred at which Skia gives up, for a file whose fault
    /// is at its end is decoded by both.
    /// </summary>
    private const int MaxScans = 50;

    /// <summary>SOS. What is encoded never has these bytes; what a file says of itself, and what lies behind its image, may, and then counts.</summary>
    private static ReadOnlySpan<byte> StartOfScan => [0xff, 0xda];

    /// <summary>The last is new in libjpeg-turbo 2, as the first of the flags is.</summary>
    private static readonly string[] Functions = ["tjInitDecompress", "tjDecompressHeader3", "tjDecompress2", "tjDestroy", "tjGetErrorCode"];

    /// <summary>Whether the system has the library.</summary>
    public static bool IsPresent { get; } = NativeLibrary.TryLoad(Library, typeof(TurboJpeg).Assembly, searchPath: null, out var library)
        && Functions.All(name => NativeLibrary.TryGetExport(library, name, out _));

    /// <summary>Decodes a file to one of the sizes that JPEG has for it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="pixels">
    /// What is filled, as the image is stored: so many eighths of the file's size, rounded up. It is left in parts or as a whole as it was where the result
    /// is false.
    /// </param>
    /// <returns>False where the library is not there, and for whatever is not quite in order, comes in many passes, or is not of colours or grey: others judge that.</returns>
    public static unsafe bool TryDecode(ReadOnlySpan<byte> file, PixelBuffer pixels)
    {
        if (!IsPresent || !JpegHeader.IsOfCosines(file) || file.Count(StartOfScan) > MaxScans)
            return false;
        var decompressor = InitDecompress();
        if (decompressor == 0)
            return false;
        try
        {
            var length = new CULong((uint)file.Length);
            fixed (byte* bytes = file, target = pixels.Bytes)
            {
                // Of another size it would fill a part alone, and the rest still shows what the memory held before.
                return DecompressHeader(decompressor, bytes, length, out var width, out var height, out _, out _) == 0
                    && IsSizeOf(pixels, width, height)
                    && Decompress(decompressor, bytes, length, target, pixels.Width, pitch: 0, pixels.Height, Rgba, Flags) == 0;
            }
        }
        finally
        {
            _ = Destroy(decompressor);
        }
    }

    private static bool IsSizeOf(PixelBuffer pixels, int width, int height)
    {
        for (var eighths = 1; eighths <= ImageDecoder.JpegScales; eighths++)
        {
            if ((Scaled(width, eighths), Scaled(height, eighths)) == (pixels.Width, pixels.Height))
                return true;
        }
        return false;
    }

    /// <summary>TJSCALED.</summary>
    private static int Scaled(int side, int eighths) => (side * eighths + ImageDecoder.JpegScales - 1) / ImageDecoder.JpegScales;

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    private static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    private static unsafe partial int DecompressHeader(
        nint decompressor, byte* file, CULong length, out int width, out int height, out int subsampling, out int colorSpace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    private static unsafe partial int Decompress(
        nint decompressor, byte* file, CULong length, byte* target, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint decompressor);
}
