namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>Finds the state dict in what a training script saved.</summary>
internal static class StateDict
{
    /// <summary>What torch.nn.DataParallel puts before every name.</summary>
    private const string ParallelPrefix = "module.";

    /// <summary>Where training scripts keep it, next to an epoch and an optimizer's state.</summary>
    private static readonly string[] Places = ["state_dict", "model"];

    /// <summary>The tensors by name.</summary>
    /// <param name="file">The file's name, for error messages.</param>
    /// <param name="saved">The pickle's value: a state dict, or a dictionary with one.</param>
    public static Dictionary<string, PickledTensor> Find(string file, object? saved)
    {
        if (saved is not PickledDictionary dictionary)
            throw new CheckpointException(file, $"it holds {PickledValue.Describe(saved)}, not a state dict");

        foreach (var place in Places)
        {
            // As in Python, the last of two entries of one name counts.
            var found = dictionary.Entries.FindLast(entry => entry.Key is string key && key == place);
            if (found.Value is PickledDictionary inner)
                return Tensors(file, inner);
        }
        return Tensors(file, dictionary);
    }

    private static Dictionary<string, PickledTensor> Tensors(string file, PickledDictionary dictionary)
    {
        var prefix = dictionary.Entries.TrueForAll(HasParallelPrefix) ? ParallelPrefix : "";
        var tensors = new Dictionary<string, PickledTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in dictionary.Entries)
        {
            if (key is not string { Length: <= PickledValue.MaxNameLength } fullName)
            {
                throw new CheckpointException(
                    file,
                    $"its names are texts of up to {PickledValue.MaxNameLength} characters; one is {PickledValue.Describe(key)}");
            }
            var name = fullName[prefix.Length..];
            if (value is not PickledTensor tensor)
                throw new CheckpointException(file, name, $"it is {PickledValue.Describe(value)}, not a tensor");
            if (!tensors.TryAdd(name, tensor))
                throw new CheckpointException(file, name, "the name occurs twice");
        }
        return tensors;
    }

    private static bool HasParallelPrefix((object? Key, object? Value) entry) =>
        entry.Key is string name && name.StartsWith(ParallelPrefix, StringComparison.Ordinal);
}
