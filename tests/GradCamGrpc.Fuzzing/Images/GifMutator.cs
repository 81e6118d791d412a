using System.Buffers.Binary;

namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Damages GIF files block by block: palettes, frames that lie elsewhere, codes that nobody defined.</summary>
internal static class GifMutator
{
    private const int HeaderLength = 13;
    private const byte Extension = 0x21;
    private const byte Frame = 0x2c;

    public static byte[] Mutate(byte[] file, Random random)
    {
        var (header, blocks) = Split(file);
        var changes = 1 << random.Next(3);
        for (var i = 0; i < changes; i++)
            Change(header, blocks, random);
        return [.. header, .. blocks.SelectMany(block => block), .. random.OneIn(8) ? [] : new byte[] { 0x3b }];
    }

    private static void Change(byte[] header, List<byte[]> blocks, Random random)
    {
        var at = random.Next(blocks.Count + 1);
        switch (random.Next(10))
        {
            case 0:
                BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), unchecked((ushort)HostileSizes.Side(random)));
                break;
            case 1:
                BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), unchecked((ushort)HostileSizes.Side(random)));
                break;
            case 2:
                header[random.Next(10, HeaderLength)] = (byte)random.Next(256);
                break;
            case 3 when at < blocks.Count:
                blocks.Insert(random.Next(blocks.Count + 1), blocks[at]);
                break;
            case 4 when at < blocks.Count && blocks.Count > 1:
                blocks.RemoveAt(at);
                break;
            case 5:
            case 6:
            case 7:
                ChangeFrame(blocks, random);
                break;
            case 8:
                blocks.Insert(at, [Extension, 0xf9, 4, (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), 0]);
                break;
            case 9 when at < blocks.Count:
                blocks[at] = ByteMutator.Mutate(blocks[at], header, random);
                break;
            default:
                header[random.Next(HeaderLength, header.Length)] = (byte)random.Next(256);
                break;
        }
    }

    /// <summary>Where a frame lies, how large it is, its flags, the size of its codes, and the codes.</summary>
    private static void ChangeFrame(List<byte[]> blocks, Random random)
    {
        int[] frames = [.. blocks.Index().Where(block => block.Item.Length > 12 && block.Item[0] == Frame).Select(block => block.Index)];
        if (frames.Length == 0)
            return;
        var at = random.Pick(frames);
        byte[] frame = [.. blocks[at]];
        switch (random.Next(4))
        {
            case 0:
                BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(1 + 2 * random.Next(4)), unchecked((ushort)HostileSizes.Side(random)));
                break;
            case 1:
                frame[9] = (byte)random.Next(256);
                break;
            case 2:
                frame[Math.Min(10 + Palette(frame[9]), frame.Length - 1)] = (byte)random.Next(16);
                break;
            default:
                frame[random.Next(10, frame.Length)] = (byte)random.Next(256);
                break;
        }
        blocks[at] = frame;
    }

    private static (byte[] Header, List<byte[]> Blocks) Split(byte[] file)
    {
        var start = HeaderLength + Palette(file[10]);
        var blocks = new List<byte[]>();
        for (var at = start; at < file.Length && file[at] is Extension or Frame;)
        {
            var end = SkipBlocks(file, file[at] == Extension ? at + 2 : at + 11 + Palette(file[at + 9]));
            blocks.Add(file[at..end]);
            at = end;
        }
        return (file[..start], blocks);
    }

    private static int SkipBlocks(byte[] file, int at)
    {
        while (file[at] != 0)
            at += 1 + file[at];
        return at + 1;
    }

    /// <summary>Bytes of the palette that flags speak of; at least none.</summary>
    private static int Palette(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
