using System.Buffers.Binary;

namespace GradCamGrpc.Fuzzing.Images;

/// <summary>EXIF and ICC that files carry, more or less broken.</summary>
internal static class MetadataGarbage
{
    /// <summary>A TIFF block with an orientation that may be none of the eight, of a wrong type or count, or in a list that leads to itself.</summary>
    public static byte[] Exif(Random random)
    {
        var tiff = new byte[26 + random.Next(3) * 12];
        (random.OneIn(2) ? "II"u8 : "MM"u8).CopyTo(tiff);
        var isLittle = tiff[0] == 'I';
        Write16(2, random.OneIn(8) ? random.Next(65536) : 42);
        Write32(4, random.OneIn(6) ? (int)ByteMutator.Border(random) : 8);
        Write16(8, random.OneIn(6) ? (int)ByteMutator.Border(random) : 1);
        Write16(10, random.OneIn(6) ? random.Next(65536) : 0x0112);
        Write16(12, random.OneIn(4) ? random.Next(16) : 3);
        Write32(14, random.OneIn(4) ? (int)ByteMutator.Border(random) : 1);
        Write16(18, random.OneIn(2) ? random.Next(12) : (int)ByteMutator.Border(random));
        Write32(22, random.OneIn(2) ? 8 : (int)ByteMutator.Border(random));
        return random.OneIn(4) ? ByteMutator.Mutate(tiff, [], random) : tiff;

        void Write16(int at, int value)
        {
            if (isLittle)
                BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(at), unchecked((ushort)value));
            else
                BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(at), unchecked((ushort)value));
        }

        void Write32(int at, int value)
        {
            if (isLittle)
                BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(at), value);
            else
                BinaryPrimitives.WriteInt32BigEndian(tiff.AsSpan(at), value);
        }
    }

    /// <summary>A colour profile whose header is nearly one, with a table of tags that reach anywhere.</summary>
    public static byte[] Icc(Random random)
    {
        var profile = random.Bytes(132 + random.Next(8) * 12 + random.Next(200));
        BinaryPrimitives.WriteInt32BigEndian(profile, random.OneIn(3) ? (int)ByteMutator.Border(random) : profile.Length);
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(8), 0x02100000);
        random.Pick(Classes).CopyTo(profile.AsSpan(12));
        random.Pick(Spaces).CopyTo(profile.AsSpan(16));
        random.Pick(Spaces).CopyTo(profile.AsSpan(20));
        "acsp"u8.CopyTo(profile.AsSpan(36));
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(128), random.OneIn(3) ? (int)ByteMutator.Border(random) : (profile.Length - 132) / 12);
        for (var at = 132; at + 12 <= profile.Length; at += 12)
        {
            random.Pick(Tags).CopyTo(profile.AsSpan(at));
            BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(at + 4), random.OneIn(3) ? (int)ByteMutator.Border(random) : random.Next(profile.Length));
            BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(at + 8), random.OneIn(3) ? (int)ByteMutator.Border(random) : random.Next(200));
        }
        return profile;
    }

    private static readonly byte[][] Classes = ["mntr"u8.ToArray(), "scnr"u8.ToArray(), "prtr"u8.ToArray(), "link"u8.ToArray()];
    private static readonly byte[][] Spaces = ["RGB "u8.ToArray(), "GRAY"u8.ToArray(), "CMYK"u8.ToArray(), "XYZ "u8.ToArray(), "Lab "u8.ToArray()];

    private static readonly byte[][] Tags =
    [
        "rXYZ"u8.ToArray(), "gXYZ"u8.ToArray(), "bXYZ"u8.ToArray(), "rTRC"u8.ToArray(), "gTRC"u8.ToArray(), "bTRC"u8.ToArray(), "A2B0"u8.ToArray(), "cicp"u8.ToArray(),
    ];
}
