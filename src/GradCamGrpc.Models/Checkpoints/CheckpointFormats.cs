namespace GradCamGrpc.Models.Checkpoints;

/// <summary>The kinds of checkpoints that can be read, told apart by the ends of their files' names.</summary>
public static class CheckpointFormats
{
    private static readonly Dictionary<string, Func<string, Checkpoint>> Readers = new(StringComparer.OrdinalIgnoreCase)
    {
        [".safetensors"] = SafetensorsFile.Open,
        [".pth"] = PyTorchFile.Open,
        [".pt"] = PyTorchFile.Open,
    };

    /// <summary>The ends of names, each with its dot.</summary>
    public static IReadOnlyCollection<string> Extensions => Readers.Keys;

    /// <summary>Whether a file of this name would be read; upper and lower case are one.</summary>
    public static bool IsKnown(string path) => Readers.ContainsKey(Path.GetExtension(path));

    /// <summary>Opens a checkpoint of any known kind.</summary>
    /// <exception cref="CheckpointException">The file is of no known kind, or breaks a rule of its format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint Open(string path) =>
        Readers.TryGetValue(Path.GetExtension(path), out var open)
            ? open(path)
            : throw new CheckpointException(path, $"its name ends in none of {string.Join(", ", Extensions)}");
}
