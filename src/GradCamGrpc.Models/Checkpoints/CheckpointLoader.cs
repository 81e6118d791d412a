using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>Fills a network with the arrays of a checkpoint.</summary>
public static class CheckpointLoader
{
    /// <summary>How PyTorch counts training steps in a batch normalisation: of no use to a network that only serves.</summary>
    private const string TrainingCounter = ".num_batches_tracked";

    /// <summary>Copies every array into the parameter or buffer of its name, converted to that one's element type.</summary>
    /// <param name="network">The network.</param>
    /// <param name="file">The checkpoint.</param>
    /// <param name="ignoredPrefixes">What the names of arrays begin with that the network does without; null for none.</param>
    /// <exception cref="CheckpointException">An array is absent, has the wrong shape, or belongs to nothing in the network.</exception>
    public static void Load(nn.Module network, SafetensorsFile file, IReadOnlyList<string>? ignoredPrefixes = null)
    {
        using var noTape = no_grad();
        var wanted = network.state_dict();
        foreach (var name in file.Entries.Keys)
        {
            if (!wanted.ContainsKey(name) && !IsIgnored(name, ignoredPrefixes ?? []))
                throw new CheckpointException(file.Path, name, $"the network {network.GetName()} has no such parameter");
        }
        foreach (var (name, parameter) in wanted)
        {
            var entry = file.Entry(name);
            if (!entry.Shape.SequenceEqual(parameter.shape))
            {
                throw new CheckpointException(
                    file.Path, name, $"its shape is [{string.Join(", ", entry.Shape)}], the network's [{string.Join(", ", parameter.shape)}]");
            }
            using var values = ReadTensor(file, entry);
            parameter.copy_(values);
        }
    }

    private static bool IsIgnored(string name, IReadOnlyList<string> prefixes) =>
        name.EndsWith(TrainingCounter, StringComparison.Ordinal) || prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static Tensor ReadTensor(SafetensorsFile file, TensorEntry entry)
    {
        var tensor = empty([.. entry.Shape], ToScalarType(entry.Type));
        file.Bytes(entry.Name).CopyTo(tensor.bytes);
        return tensor;
    }

    private static ScalarType ToScalarType(ElementType type) => type switch
    {
        ElementType.BOOL => ScalarType.Bool,
        ElementType.U8 => ScalarType.Byte,
        ElementType.I8 => ScalarType.Int8,
        ElementType.I16 => ScalarType.Int16,
        ElementType.I32 => ScalarType.Int32,
        ElementType.I64 => ScalarType.Int64,
        ElementType.F16 => ScalarType.Float16,
        ElementType.BF16 => ScalarType.BFloat16,
        ElementType.F32 => ScalarType.Float32,
        ElementType.F64 => ScalarType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown element type"),
    };
}
