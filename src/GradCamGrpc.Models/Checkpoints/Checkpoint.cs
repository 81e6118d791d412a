using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>An open file of named arrays.</summary>
/// <remarks>The file must not change while it is open. Arrays are little-endian, as this process must be.</remarks>
public abstract class Checkpoint : IDisposable
{
    private protected Checkpoint(string path, IReadOnlyDictionary<string, TensorEntry> entries)
    {
        Path = path;
        Entries = entries;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>The arrays by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>The description of one array.</summary>
    /// <exception cref="CheckpointException">There is no such array.</exception>
    public TensorEntry Entry(string name) =>
        Entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointException(Path, name, "is not in the file");

    /// <summary>Reads one array into a tensor of its type and shape, row-major, which is the caller's to dispose of.</summary>
    /// <exception cref="CheckpointException">There is no such array, or the file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public abstract Tensor Read(string name);

    /// <inheritdoc />
    public abstract void Dispose();
}
