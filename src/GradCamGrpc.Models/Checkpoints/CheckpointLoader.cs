using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>Fills a network with the arrays of a checkpoint.</summary>
public static class CheckpointLoader
{
    /// <summary>How PyTorch counts training steps in a batch normalisation: of no use to a network that only serves.</summary>
    private const string TrainingCounter = ".num_batches_tracked";

    /// <summary>Copies every array into the parameter or buffer of its name, converted to that one's element type.</summary>
    /// <param name="network">The network.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="ignoredPrefixes">What the names of arrays begin with that the network does without; null for none.</param>
    /// <exception cref="CheckpointException">An array is absent, has the wrong shape, or belongs to nothing in the network.</exception>
    public static void Load(nn.Module network, Checkpoint checkpoint, IReadOnlyList<string>? ignoredPrefixes = null)
    {
        using var noTape = no_grad();
        var wanted = network.state_dict();
        foreach (var name in checkpoint.Entries.Keys)
        {
            if (!wanted.ContainsKey(name) && !IsIgnored(name, ignoredPrefixes ?? []))
                throw new CheckpointException(checkpoint.Path, name, $"the network {network.GetName()} has no such parameter");
        }
        foreach (var (name, parameter) in wanted)
        {
            var shape = checkpoint.Entry(name).Shape;
            if (!shape.SequenceEqual(parameter.shape))
            {
                throw new CheckpointException(
                    checkpoint.Path, name, $"its shape is [{string.Join(", ", shape)}], the network's [{string.Join(", ", parameter.shape)}]");
            }
            using var values = checkpoint.Read(name);
            parameter.copy_(values);
        }
    }

    private static bool IsIgnored(string name, IReadOnlyList<string> prefixes) =>
        name.EndsWith(TrainingCounter, StringComparison.Ordinal) || prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
