using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>A safetensors file, mapped into memory and read in place.</summary>
/// <remarks>The file must not change while it is open. Arrays are little-endian, as this process must be.</remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private const long MaxHeaderLength = 100_000_000;

    private readonly SafeMemoryMappedViewHandle _view;
    private readonly byte* _data;

    private SafetensorsFile(string path, SafeMemoryMappedViewHandle view, byte* data, IReadOnlyDictionary<string, TensorEntry> entries)
    {
        Path = path;
        _view = view;
        _data = data;
        Entries = entries;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>The arrays by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="CheckpointException">The file breaks a rule of the format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        using var stream = File.OpenRead(path);
        var length = stream.Length;
        if (length < LengthBytes)
            throw new CheckpointException(path, $"a safetensors file starts with {LengthBytes} bytes of header length; it has {length} bytes");

        using var map = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        using var accessor = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        var view = accessor.SafeMemoryMappedViewHandle;
        byte* start = null;

        // Holds the view open beyond the accessor, until Dispose.
        view.AcquirePointer(ref start);
        try
        {
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, LengthBytes));
            if (headerLength > MaxHeaderLength || (long)headerLength > length - LengthBytes)
                throw new CheckpointException(path, $"the header length {headerLength} does not fit a file of {length} bytes");

            var data = start + LengthBytes + headerLength;
            var header = new ReadOnlySpan<byte>(start + LengthBytes, (int)headerLength);
            return new SafetensorsFile(path, view, data, SafetensorsHeader.Parse(path, header, length - LengthBytes - (long)headerLength));
        }
        catch
        {
            view.ReleasePointer();
            throw;
        }
    }

    /// <summary>The bytes of one array, valid until the file is disposed.</summary>
    /// <exception cref="CheckpointException">There is no such array.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        ObjectDisposedException.ThrowIf(_view.IsClosed, this);
        var entry = Entry(name);
        return new ReadOnlySpan<byte>(_data + entry.Offset, entry.Length);
    }

    /// <summary>The description of one array.</summary>
    /// <exception cref="CheckpointException">There is no such array.</exception>
    public TensorEntry Entry(string name) =>
        Entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointException(Path, name, "is not in the file");

    /// <inheritdoc />
    public void Dispose()
    {
        if (_view.IsClosed)
            return;
        _view.ReleasePointer();
    }
}
