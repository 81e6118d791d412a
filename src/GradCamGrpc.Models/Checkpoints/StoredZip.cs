using System.IO.Compression;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>A zip archive of one folder whose files are stored as they are, neither compressed nor encrypted.</summary>
internal sealed class StoredZip : IDisposable
{
    private const int SkippedBlock = 64 << 10;

    private readonly string _path;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;
    private readonly string _root;

    private StoredZip(string path, long fileLength, ZipArchive archive, Dictionary<string, ZipArchiveEntry> entries, string root)
    {
        _path = path;
        FileLength = fileLength;
        _archive = archive;
        _entries = entries;
        _root = root;
    }

    /// <summary>How many bytes the archive itself has.</summary>
    public long FileLength { get; }

    /// <summary>Opens an archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="landmark">A file that the folder is known by.</param>
    /// <exception cref="CheckpointException">The archive is damaged, or has no such folder.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public static StoredZip Open(string path, string landmark)
    {
        var stream = File.OpenRead(path);
        try
        {
            var archive = new ZipArchive(stream);
            var entries = ReadEntries(path, archive, stream.Length);
            return new StoredZip(path, stream.Length, archive, entries, FindRoot(path, landmark, entries.Keys));
        }
        catch (Exception e)
        {
            stream.Dispose();
            if (IsDamage(e))
                throw Damaged(path, e);
            throw;
        }
    }

    /// <summary>How many bytes a file has; null where there is none.</summary>
    public long? Length(string name) => _entries.TryGetValue(_root + name, out var entry) ? entry.Length : null;

    /// <summary>Reads a part of a file; what lies before it is read and thrown away, as the archive's streams cannot seek.</summary>
    /// <exception cref="CheckpointException">The archive is damaged, or has no such file.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public void Read(string name, long offset, Span<byte> part)
    {
        if (!_entries.TryGetValue(_root + name, out var entry))
            throw new CheckpointException(_path, $"its zip archive has no file '{_root}{name}'");
        try
        {
            using var stream = entry.Open();
            Skip(stream, offset);
            stream.ReadExactly(part);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(_path, e);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _archive.Dispose();

    private static Dictionary<string, ZipArchiveEntry> ReadEntries(string path, ZipArchive archive, long length)
    {
        var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries)
        {
            if (!entries.TryAdd(entry.FullName, entry))
                throw new CheckpointException(path, "two files of its zip archive have one name");
            if (entry.IsEncrypted || entry.CompressedLength != entry.Length)
                throw new CheckpointException(path, "a file of its zip archive is compressed or encrypted, as torch.save never does");

            // So that no length read from here on can be more than the disk has.
            length -= entry.Length;
            if (length < 0)
                throw new CheckpointException(path, "the files of its zip archive have more bytes than it has itself");
        }
        return entries;
    }

    private static string FindRoot(string path, string landmark, IEnumerable<string> names)
    {
        string? root = null;
        foreach (var name in names)
        {
            if (name.IndexOf('/') is >= 0 and var slash && name.AsSpan(slash + 1).SequenceEqual(landmark))
            {
                if (root is not null)
                    throw new CheckpointException(path, $"its zip archive has two folders with a {landmark}");
                root = name[..(slash + 1)];
            }
        }
        return root ?? throw new CheckpointException(path, $"its zip archive has no folder with a {landmark}");
    }

    private static void Skip(Stream stream, long count)
    {
        var block = new byte[Math.Min(count, SkippedBlock)];
        for (; count > block.Length; count -= block.Length)
            stream.ReadExactly(block);
        stream.ReadExactly(block, 0, (int)count);
    }

    /// <summary>Whether the archive's bytes are at fault, and not the disk.</summary>
    private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException;

    private static CheckpointException Damaged(string path, Exception e) => new(path, $"its zip archive is damaged: {e.Message}");
}
