using System.Globalization;
using GradCamGrpc.Models.Checkpoints;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Optimisation;

/// <summary>All that training needs to go on after it was interrupted, in one file.</summary>
internal sealed class TrainingState(nn.Module module, AdamW optimiser, MovingAverage average)
{
    private const string Steps = "steps";

    /// <summary>Writes the state after a number of steps; a file that is there already is replaced whole.</summary>
    public void Write(string path, long steps)
    {
        using var count = tensor(new[] { steps });
        var arrays = new Dictionary<string, Tensor>(StringComparer.Ordinal) { [Steps] = count };
        foreach (var (name, parameter) in module.named_parameters())
            arrays.Add($"weights.{name}", parameter);
        foreach (var (name, values) in optimiser.State)
            arrays.Add(name, values);
        foreach (var (name, values) in average.State)
            arrays.Add($"average.{name}", values);
        SafetensorsWriter.Write(path, arrays);
    }

    /// <summary>Goes on from a file.</summary>
    /// <returns>The steps taken; 0 where there is no file.</returns>
    /// <exception cref="CheckpointException">The file is of another training.</exception>
    public long Read(string path)
    {
        if (!File.Exists(path))
            return 0;
        using var noTape = no_grad();
        using var file = SafetensorsFile.Open(path);
        using var scope = NewDisposeScope();
        var steps = file.Read(Steps)[0].item<long>();
        foreach (var (name, parameter) in module.named_parameters())
        {
            var entry = file.Entry($"weights.{name}");
            if (!entry.Shape.SequenceEqual(parameter.shape))
                throw new CheckpointException(path, entry.Name, string.Create(CultureInfo.InvariantCulture, $"its shape is [{string.Join(", ", entry.Shape)}]: it belongs to another training"));
            using var stored = file.Read(entry.Name);
            parameter.copy_(stored);
        }
        optimiser.Restore(steps, file.Read);
        average.Restore(name => file.Read($"average.{name}"));
        return steps;
    }
}
