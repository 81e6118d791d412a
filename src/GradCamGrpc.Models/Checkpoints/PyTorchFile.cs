using System.Text;
using GradCamGrpc.Models.Checkpoints.Pickling;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>
/// A state dict as torch.save writes it since PyTorch 1.6: a zip archive of storages, and of a pickle that tells which parts of them
/// are the arrays. The pickle is read by a reader that can speak of tensors and of nothing else.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class PyTorchFile : Checkpoint
{
    private const string PickleName = "data.pkl";
    private const int MaxPickleLength = 64 << 20;
    private const int MaxByteOrderLength = 16;

    private readonly StoredZip _archive;

    private PyTorchFile(string path, StoredZip archive, IReadOnlyDictionary<string, TensorEntry> entries)
        : base(path, archive.FileLength, entries)
    {
        _archive = archive;
    }

    /// <summary>Opens a file and checks its pickle, and every array against its storage.</summary>
    /// <exception cref="CheckpointException">The file is damaged, or holds anything but a state dict.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PyTorchFile Open(string path)
    {
        CheckSignature(path);
        var archive = StoredZip.Open(path, PickleName);
        try
        {
            CheckByteOrder(path, archive);
            var tensors = StateDict.Find(path, RestrictedUnpickler.Read(path, ReadPickle(path, archive)));
            return new PyTorchFile(path, archive, Check(path, archive, tensors));
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public override Tensor Read(string name)
    {
        var array = (PyTorchEntry)Entry(name);
        using var scope = NewDisposeScope();
        var span = empty([array.Length / array.Type.SizeInBytes()], array.Type.ToScalarType());
        _archive.Read(StorageName(array.Storage), array.Offset, span.bytes);
        return span.as_strided([.. array.Shape], [.. array.Strides]).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public override void Dispose() => _archive.Dispose();

    private static string StorageName(string key) => $"data/{key}";

    private static void CheckSignature(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.SequenceEqual("PK"u8))
        {
            throw new CheckpointException(
                path,
                "it is no zip archive, as torch.save writes since PyTorch 1.6: load it with PyTorch and save it again with torch.save");
        }
    }

    private static void CheckByteOrder(string path, StoredZip archive)
    {
        const string name = "byteorder";
        if (archive.Length(name) is not { } length)
            return;
        var text = new byte[Math.Min(length, MaxByteOrderLength)];
        archive.Read(name, 0, text);
        if (!text.AsSpan().SequenceEqual("little"u8))
            throw new CheckpointException(path, $"its byte order is '{Encoding.ASCII.GetString(text)}'; little is needed");
    }

    private static byte[] ReadPickle(string path, StoredZip archive)
    {
        var length = archive.Length(PickleName);
        if (length is not <= MaxPickleLength)
            throw new CheckpointException(path, $"its {PickleName} has {length} bytes; {MaxPickleLength} are the most");
        var pickle = new byte[length.Value];
        archive.Read(PickleName, 0, pickle);
        return pickle;
    }

    private static Dictionary<string, TensorEntry> Check(string path, StoredZip archive, Dictionary<string, PickledTensor> tensors)
    {
        var entries = new Dictionary<string, TensorEntry>(tensors.Count, StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            var length = archive.Length(StorageName(tensor.Storage.Key))
                ?? throw new CheckpointException(path, name, $"its storage '{tensor.Storage.Key}' is not in the file");
            entries.Add(name, PyTorchEntry.Check(path, name, tensor, length));
        }
        return entries;
    }
}
