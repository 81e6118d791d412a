using System.Buffers.Binary;
using System.IO.Compression;

namespace GradCamGrpc.Fuzzing.Models;

/// <summary>Makes zip archives as torch.save writes them, or not quite: sizes that lie, files twice, files that unpack to much.</summary>
internal static class PyTorchMutator
{
    private const int BombLength = 8 << 20;

    private static ReadOnlySpan<byte> CentralSignature => "PK\u0001\u0002"u8;

    private static ReadOnlySpan<byte> EndSignature => "PK\u0005\u0006"u8;

    public static byte[] Make(Random random)
    {
        var pickle = random.OneIn(3) ? PickleMutator.Sound() : PickleMutator.Make(random);
        var file = Zip(Files(pickle, random), random);
        if (random.OneIn(3))
            Lie(file, random);
        return random.OneIn(4) ? ByteMutator.Mutate(file, pickle, random) : file;
    }

    private static List<(string Name, byte[] Bytes)> Files(byte[] pickle, Random random)
    {
        var files = new List<(string Name, byte[] Bytes)>
        {
            ("archive/data.pkl", pickle), ("archive/data/0", new byte[48]), ("archive/data/1", new byte[64]), ("archive/version", "3\n"u8.ToArray()),
        };
        if (!random.OneIn(3))
            return files;
        switch (random.Next(6))
        {
            case 0:
                files.Add(random.Pick(files));
                break;
            case 1:
                files.RemoveAt(random.Next(files.Count));
                break;
            case 2:
                files.Add(("archive/byteorder", random.OneIn(2) ? "little"u8.ToArray() : "big"u8.ToArray()));
                break;
            case 3:
                files.Add(($"{random.Pick(["../", "/", "other/", "archive\\", "archive/data/../"])}data.pkl", pickle));
                break;
            case 4:
                files.Add(("archive/data/2", new byte[BombLength]));
                break;
            default:
                files.AddRange(Enumerable.Range(0, 2000).Select(i => ($"archive/data/{i + 10}", Array.Empty<byte>())));
                break;
        }
        return files;
    }

    private static byte[] Zip(IEnumerable<(string Name, byte[] Bytes)> files, Random random)
    {
        using var bytes = new MemoryStream();
        var level = random.OneIn(6) ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Changes a field of the central directory, or of its end.</summary>
    private static void Lie(byte[] file, Random random)
    {
        var isEnd = random.OneIn(3);
        var at = file.AsSpan().IndexOf(isEnd ? EndSignature : CentralSignature);
        if (at < 0)
            return;

        // Flags, method, checksum, both lengths, lengths of name, extra and comment, where the file is; counts, length and place of the directory.
        var (field, size) = isEnd
            ? random.Pick([(8, 2), (10, 2), (12, 4), (16, 4), (20, 2)])
            : random.Pick([(8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (42, 4)]);
        if (size == 2)
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + field), unchecked((ushort)ByteMutator.Border(random)));
        else
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + field), unchecked((uint)ByteMutator.Border(random)));
    }
}
