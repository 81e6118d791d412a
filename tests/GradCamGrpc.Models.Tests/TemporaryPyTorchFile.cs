using System.IO.Compression;
using System.Runtime.InteropServices;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Models.Tests;

/// <summary>A file that a test writes as torch.save would, or not quite.</summary>
internal sealed class TemporaryPyTorchFile : IDisposable
{
    public string Path { get; } = System.IO.Path.GetTempFileName();

    public TemporaryPyTorchFile With(byte[] pickle, params (string Key, byte[] Bytes)[] storages) =>
        WithFiles([
            ("archive/data.pkl", pickle),
            .. storages.Select(storage => ($"archive/data/{storage.Key}", storage.Bytes)),
            ("archive/version", "3\n"u8.ToArray()),
        ]);

    public TemporaryPyTorchFile WithFiles(params (string Name, byte[] Bytes)[] files)
    {
        WriteZip(Path, CompressionLevel.NoCompression, files);
        return this;
    }

    public TemporaryPyTorchFile WithCompressedFiles(params (string Name, byte[] Bytes)[] files)
    {
        WriteZip(Path, CompressionLevel.Optimal, files);
        return this;
    }

    public TemporaryPyTorchFile WithBytes(byte[] bytes)
    {
        File.Delete(Path);
        File.WriteAllBytes(Path, bytes);
        return this;
    }

    public static byte[] Bytes<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    /// <summary>Writes the single-precision arrays of another file as one state dict.</summary>
    public static void WriteCopy(string path, SafetensorsFile arrays)
    {
        var pickle = PickleWriter.Pickle(writer => writer.OrderedDict([.. arrays.Entries.Values.Select(CopyOf)]));
        var storages = arrays.Entries.Keys.Select(name => ($"copy/data/{name}", arrays.ReadBytes(name)));
        WriteZip(path, CompressionLevel.NoCompression, [("copy/data.pkl", pickle), .. storages]);
    }

    public void Dispose() => File.Delete(Path);

    private static (string Name, Action<PickleWriter> Value) CopyOf(TensorEntry entry)
    {
        Assert.Equal(ElementType.F32, entry.Type);
        var strides = new long[entry.Shape.Count];
        var stride = 1L;
        for (var i = strides.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= entry.Shape[i];
        }
        return (entry.Name, writer => writer.Tensor("FloatStorage", entry.Name, stride, 0, [.. entry.Shape], strides));
    }

    private static void WriteZip(string path, CompressionLevel level, params (string Name, byte[] Bytes)[] files)
    {
        // A new file: some file systems wait for the disk when an old one is written over, and tests write thousands.
        File.Delete(path);
        using var stream = File.Create(path);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (var (name, bytes) in files)
        {
            using var entry = archive.CreateEntry(name, level).Open();
            entry.Write(bytes);
        }
    }
}
