using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>An open file of named arrays.</summary>
/// <remarks>The file must not change while it is open. Arrays are little-endian, as this process must be.</remarks>
public abstract class Checkpoint : IDisposable
{
    private readonly long _length;

    private protected Checkpoint(string path, long length, IReadOnlyDictionary<string, TensorEntry> entries)
    {
        Path = path;
        _length = length;
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

    /// <summary>Checks that the file can hold the numbers that something is made of, before memory is taken for it.</summary>
    /// <param name="numbers">How many it takes at least. Each takes a byte or more.</param>
    /// <param name="what">What it is, with an article.</param>
    /// <exception cref="CheckpointException">The file has fewer bytes.</exception>
    public void EnsureHolds(long numbers, string what)
    {
        if (_length < numbers)
            throw new CheckpointException(Path, $"{what} takes {numbers} numbers or more, and it has {_length} bytes");
    }

    /// <summary>Reads one array into a tensor of its type and shape, row-major, which is the caller's to dispose of.</summary>
    /// <exception cref="CheckpointException">There is no such array, or the file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public abstract Tensor Read(string name);

    /// <inheritdoc />
    public abstract void Dispose();
}
