using System.Buffers.Binary;
using System.Text;

namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Damages WebP files chunk by chunk, frames of animations included.</summary>
internal static class WebpMutator
{
    private const int HeaderLength = 12;

    private static readonly string[] Types = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP "];

    private sealed record Chunk(string Type, byte[] Data);

    public static byte[] Mutate(byte[] file, Random random)
    {
        var chunks = Split(file);
        var changes = 1 << random.Next(3);
        for (var i = 0; i < changes && chunks.Count > 0; i++)
            Change(chunks, random);
        return Join(chunks, random);
    }

    private static void Change(List<Chunk> chunks, Random random)
    {
        var at = random.Next(chunks.Count);
        var chunk = chunks[at];
        switch (random.Next(10))
        {
            case 0:
            case 1:
                chunks[at] = chunk with { Data = ByteMutator.Mutate(chunk.Data, chunks[0].Data, random) };
                break;
            case 2:
                chunks.Insert(random.Next(chunks.Count + 1), chunk);
                break;
            case 3:
                chunks.RemoveAt(at);
                break;
            case 4:
                chunks.RemoveAt(at);
                chunks.Insert(random.Next(chunks.Count + 1), chunk);
                break;
            case 5:
                chunks[at] = chunk with { Type = random.Pick(Types) };
                break;
            case 6:
            case 7:
                chunks[at] = chunk with { Data = WithHostileHeader(chunk, random) };
                break;
            case 8:
                chunks.Add(new Chunk("EXIF", MetadataGarbage.Exif(random)));
                break;
            default:
                chunks.Insert(Math.Min(1, chunks.Count), new Chunk("ICCP", MetadataGarbage.Icc(random)));
                break;
        }
    }

    /// <summary>The sizes and flags at the start of each kind of chunk.</summary>
    private static byte[] WithHostileHeader(Chunk chunk, Random random)
    {
        byte[] data = [.. chunk.Data];
        var sizes = chunk.Type switch
        {
            "VP8X" => 4,
            "ANMF" => random.OneIn(2) ? 0 : 6,
            "VP8 " => 6,
            "VP8L" => 1,
            _ => -1,
        };
        if (sizes < 0 || data.Length < 16)
            return ByteMutator.Mutate(data, [], random);
        if (random.OneIn(3))
            data[chunk.Type == "ANMF" ? 15 : 0] = (byte)random.Next(256);
        else if (chunk.Type is "VP8 " or "VP8L")
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(sizes + 2 * random.Next(2)), unchecked((ushort)HostileSizes.Side(random)));
        else
            Write24(data.AsSpan(sizes + 3 * random.Next(2)), HostileSizes.Side(random) - 1);
        return data;
    }

    private static void Write24(Span<byte> bytes, int value) => (bytes[0], bytes[1], bytes[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));

    private static List<Chunk> Split(byte[] file)
    {
        var chunks = new List<Chunk>();
        for (var at = HeaderLength; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            chunks.Add(new Chunk(Encoding.ASCII.GetString(file, at, 4), file[(at + 8)..(at + 8 + length)]));
            at += 8 + length + length % 2;
        }
        return chunks;
    }

    private static byte[] Join(List<Chunk> chunks, Random random)
    {
        using var body = new MemoryStream();
        var liar = random.OneIn(8) ? random.Next(chunks.Count + 1) : -1;
        Span<byte> number = stackalloc byte[sizeof(int)];
        for (var i = 0; i < chunks.Count; i++)
        {
            body.Write(Encoding.ASCII.GetBytes(chunks[i].Type));
            BinaryPrimitives.WriteInt32LittleEndian(number, i == liar ? (int)ByteMutator.Border(random) : chunks[i].Data.Length);
            body.Write(number);
            body.Write(chunks[i].Data);
            if (chunks[i].Data.Length % 2 != 0)
                body.WriteByte(0);
        }
        BinaryPrimitives.WriteInt32LittleEndian(number, random.OneIn(10) ? (int)ByteMutator.Border(random) : (int)body.Length + 4);
        return [.. "RIFF"u8, .. number, .. "WEBP"u8, .. body.ToArray()];
    }
}
