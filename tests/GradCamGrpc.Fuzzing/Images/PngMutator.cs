using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Damages PNG files chunk by chunk, with checksums that hold, so that what is behind them is reached.</summary>
internal static class PngMutator
{
    private const int SignatureLength = 8;
    private const int BombMegabytes = 32;

    private static readonly string[] Types = ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "eXIf", "sBIT", "acTL", "fcTL", "fdAT", "zTXt", "cICP"];

    private static readonly uint[] Remainders = [.. Enumerable.Range(0, 256).Select(value => Remainder((uint)value))];

    private sealed record Chunk(string Type, byte[] Data);

    public static byte[] Mutate(byte[] file, Random random)
    {
        var chunks = Split(file);
        var changes = 1 << random.Next(3);
        for (var i = 0; i < changes && chunks.Count > 0; i++)
            Change(chunks, random);
        return Join(file[..SignatureLength], chunks, random);
    }

    private static void Change(List<Chunk> chunks, Random random)
    {
        var at = random.Next(chunks.Count);
        var chunk = chunks[at];
        switch (random.Next(12))
        {
            case 0:
                chunks[at] = chunk with { Data = ByteMutator.Mutate(chunk.Data, [], random) };
                break;
            case 1:
                chunks.Insert(random.Next(chunks.Count + 1), chunk);
                break;
            case 2:
                chunks.RemoveAt(at);
                break;
            case 3:
                chunks.RemoveAt(at);
                chunks.Insert(random.Next(chunks.Count + 1), chunk);
                break;
            case 4:
                chunks[at] = chunk with { Type = random.Pick(Types) };
                break;
            case 5:
            case 6:
                ChangeHeader(chunks, random);
                break;
            case 7:
            case 8:
                ChangePixels(chunks, random);
                break;
            case 9:
                chunks.Insert(random.Next(1, chunks.Count + 1), new Chunk("eXIf", MetadataGarbage.Exif(random)));
                break;
            case 10:
                chunks.Insert(1, new Chunk("iCCP", [.. "p\0\0"u8, .. Deflate(MetadataGarbage.Icc(random))]));
                break;
            default:
                chunks.Insert(1, Insertion(random));
                break;
        }
    }

    private static Chunk Insertion(Random random) => random.Next(4) switch
    {
        0 => new Chunk("PLTE", random.Bytes(random.Next(0, 800))),
        1 => new Chunk("tRNS", random.Bytes(random.Next(0, 300))),
        2 => new Chunk("acTL", random.Bytes(8)),

        // Little that becomes much: a profile or a comment of zeros.
        _ => new Chunk(random.OneIn(2) ? "iCCP" : "zTXt", [.. "p\0\0"u8, .. Bomb.Value]),
    };

    private static readonly Lazy<byte[]> Bomb = new(() => Deflate(new byte[BombMegabytes << 20]));

    private static void ChangeHeader(List<Chunk> chunks, Random random)
    {
        var at = chunks.FindIndex(chunk => chunk.Type == "IHDR" && chunk.Data.Length == 13);
        if (at < 0)
            return;
        byte[] header = [.. chunks[at].Data];
        switch (random.Next(5))
        {
            case 0:
                BinaryPrimitives.WriteInt32BigEndian(header, HostileSizes.Side(random));
                break;
            case 1:
                BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), HostileSizes.Side(random));
                break;
            case 2:
                BinaryPrimitives.WriteInt32BigEndian(header, HostileSizes.Side(random));
                BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), HostileSizes.Side(random));
                break;
            case 3:
                header[8] = random.Pick<byte>([0, 1, 2, 4, 8, 16, 32, 255]);
                header[9] = random.Pick<byte>([0, 1, 2, 3, 4, 5, 6, 255]);
                break;
            default:
                header[random.Next(10, 13)] = random.Pick<byte>([0, 1, 2, 255]);
                break;
        }
        chunks[at] = chunks[at] with { Data = header };
    }

    /// <summary>Changes rows and their filters behind the compression.</summary>
    private static void ChangePixels(List<Chunk> chunks, Random random)
    {
        var at = chunks.FindIndex(chunk => chunk.Type == "IDAT");
        if (at < 0 || Inflate(chunks[at].Data) is not { } rows)
            return;
        chunks[at] = chunks[at] with { Data = Deflate(ByteMutator.Mutate(rows, [], random)) };
    }

    private static List<Chunk> Split(byte[] file)
    {
        var chunks = new List<Chunk>();
        for (var at = SignatureLength; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            chunks.Add(new Chunk(Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        return chunks;
    }

    private static byte[] Join(byte[] signature, List<Chunk> chunks, Random random)
    {
        using var file = new MemoryStream();
        file.Write(signature);
        var liar = random.OneIn(8) ? random.Next(chunks.Count + 1) : -1;
        Span<byte> number = stackalloc byte[sizeof(int)];
        for (var i = 0; i < chunks.Count; i++)
        {
            byte[] body = [.. Encoding.ASCII.GetBytes(chunks[i].Type), .. chunks[i].Data];
            BinaryPrimitives.WriteInt32BigEndian(number, i == liar ? (int)ByteMutator.Border(random) : chunks[i].Data.Length);
            file.Write(number);
            file.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(body));
            file.Write(number);
        }
        return file.ToArray();
    }

    /// <summary>ISO 3309's, as chunks have it.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var value in bytes)
            sum = Remainders[(byte)(sum ^ value)] ^ (sum >> 8);
        return ~sum;
    }

    private static uint Remainder(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
            value = (value & 1) == 1 ? (value >> 1) ^ 0xedb88320u : value >> 1;
        return value;
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(bytes);
        return packed.ToArray();
    }

    private static byte[]? Inflate(byte[] packed)
    {
        try
        {
            using var bytes = new MemoryStream();
            using var zlib = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
            zlib.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (InvalidDataException)
        {
            // Damaged by an earlier change: its pixels are out of reach.
            return null;
        }
    }
}
