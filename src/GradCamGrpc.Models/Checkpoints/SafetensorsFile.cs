using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>A safetensors file; arrays are read when they are asked for.</summary>
public sealed class SafetensorsFile : Checkpoint
{
    private const int LengthBytes = 8;
    private const long MaxHeaderLength = 100_000_000;

    private readonly SafeFileHandle _handle;

    /// <summary>Where the first array's bytes start in the file.</summary>
    private readonly long _dataStart;

    private SafetensorsFile(string path, SafeFileHandle handle, long length, long dataStart, IReadOnlyDictionary<string, TensorEntry> entries)
        : base(path, length, entries)
    {
        _handle = handle;
        _dataStart = dataStart;
    }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CheckpointException">The file breaks a rule of the format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var handle = File.OpenHandle(path);
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length < LengthBytes)
                throw new CheckpointException(path, $"a safetensors file starts with {LengthBytes} bytes of header length; it has {length}");

            Span<byte> lengthBytes = stackalloc byte[LengthBytes];
            ReadExactly(path, handle, lengthBytes, 0);
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
            if (headerLength > MaxHeaderLength || (long)headerLength > length - LengthBytes)
                throw new CheckpointException(path, $"the header length {headerLength} does not fit a file of {length} bytes");

            var header = new byte[headerLength];
            ReadExactly(path, handle, header, LengthBytes);
            var dataStart = LengthBytes + header.Length;
            return new SafetensorsFile(path, handle, length, dataStart, SafetensorsHeader.Parse(path, header, length - dataStart));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads the bytes of one array.</summary>
    /// <exception cref="CheckpointException">There is no such array, or the file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public byte[] ReadBytes(string name)
    {
        var entry = Entry(name);
        var bytes = new byte[entry.Length];
        ReadExactly(Path, _handle, bytes, _dataStart + entry.Offset);
        return bytes;
    }

    /// <inheritdoc />
    public override Tensor Read(string name)
    {
        var entry = Entry(name);
        using var scope = NewDisposeScope();
        var tensor = empty([.. entry.Shape], entry.Type.ToScalarType());
        ReadExactly(Path, _handle, tensor.bytes, _dataStart + entry.Offset);
        return tensor.MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public override void Dispose() => _handle.Dispose();

    private static void ReadExactly(string path, SafeFileHandle handle, Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            var count = RandomAccess.Read(handle, target, offset);
            if (count == 0)
                throw new CheckpointException(path, "it became shorter while it was open");
            target = target[count..];
            offset += count;
        }
    }
}
