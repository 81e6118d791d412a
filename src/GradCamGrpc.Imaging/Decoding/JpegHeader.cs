using System.Buffers.Binary;

namespace GradCamGrpc.Imaging.Decoding;

/// <summary>What stands in front of a JPEG file's pixels (ITU-T T.81, annex B).</summary>
internal static class JpegHeader
{
    private const byte Fill = 0xff;
    private const int LengthBytes = 2;

    private static ReadOnlySpan<byte> StartOfImage => [Fill, 0xd8];

    /// <summary>
    /// Whether the file is coded by cosine transforms and Huffman's codes: baseline, extended or progressive (SOF0 to SOF2), as photos are. No other is
    /// decoded to a smaller size: of lossless files (SOF3) libjpeg-turbo says that it would, and then writes all pixels.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <returns>False also where something else than segments stands before its frame.</returns>
    public static bool IsOfCosines(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(StartOfImage))
            return false;
        var at = StartOfImage.Length;
        while (at < file.Length && file[at] == Fill)
        {
            while (at < file.Length && file[at] == Fill)
                at++;
            if (at + LengthBytes >= file.Length)
                return false;
            var marker = file[at++];
            if (marker is >= 0xc0 and <= 0xc2)
                return true;

            // DHT, DQT, DRI, APP0 to APP15 and COM. All others are frames of other kinds, or what photos do not have here.
            if (marker is not (0xc4 or 0xdb or 0xdd or (>= 0xe0 and <= 0xef) or 0xfe))
                return false;
            at += BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
        }
        return false;
    }
}
