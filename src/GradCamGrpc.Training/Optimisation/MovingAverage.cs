using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Optimisation;

/// <summary>An exponential moving average of weights (Polyak and Juditsky 1992): better than the last ones.</summary>
internal sealed class MovingAverage : IDisposable
{
    private readonly double _decay;
    private readonly (string Name, Parameter Parameter, Tensor Average)[] _slots;

    /// <param name="module">What is trained.</param>
    /// <param name="decay">The share of the average that a step keeps; in early steps less, so that random weights are soon forgotten.</param>
    public MovingAverage(nn.Module module, double decay)
    {
        using var noTape = no_grad();
        _decay = decay;
        _slots = [.. module.named_parameters().Select(pair => (pair.name, pair.parameter, pair.parameter.clone().DetachFromDisposeScope()))];
    }

    /// <summary>The average by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _slots.ToDictionary(slot => slot.Name, slot => slot.Average, StringComparer.Ordinal);

    /// <summary>Goes on from a state.</summary>
    /// <param name="read">Gives what <see cref="State"/> gave, by name.</param>
    public void Restore(Func<string, Tensor> read)
    {
        using var noTape = no_grad();
        foreach (var (name, _, average) in _slots)
        {
            using var stored = read(name);
            average.copy_(stored);
        }
    }

    /// <summary>Takes the weights after a step in.</summary>
    /// <param name="step">The step, counted from 0.</param>
    public void Update(long step)
    {
        using var noTape = no_grad();
        var decay = Math.Min(_decay, (1.0 + step) / (10 + step));
        foreach (var (_, parameter, average) in _slots)
            average.TimesInPlace(decay).PlusInPlace(parameter, 1 - decay);
    }

    /// <summary>Runs something with the average in the place of the weights.</summary>
    public T Use<T>(Func<T> run)
    {
        Swap();
        try
        {
            return run();
        }
        finally
        {
            Swap();
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
            slot.Average.Dispose();
    }

    private void Swap()
    {
        using var noTape = no_grad();
        foreach (var (_, parameter, average) in _slots)
        {
            using var kept = parameter.clone();
            parameter.copy_(average);
            average.copy_(kept);
        }
    }
}
