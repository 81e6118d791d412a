using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Optimisation;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).</summary>
/// <remarks>
/// TorchSharp's own takes its numbers as scalars that a collection may free while they are read (see <see cref="TensorArithmetic"/>), in
/// each of the millions of steps that training takes.
/// </remarks>
internal sealed class AdamW : IDisposable
{
    private const double FirstDecay = 0.9;
    private const double SecondDecay = 0.98;
    private const double Epsilon = 1e-8;

    private readonly Slot[] _slots;
    private readonly double _weightDecay;
    private long _steps;

    private sealed record Slot(string Name, Parameter Parameter, Tensor Mean, Tensor Variance);

    /// <param name="module">What is trained.</param>
    /// <param name="weightDecay">The share of itself that a matrix loses in a step, per unit of learning rate; vectors lose nothing.</param>
    public AdamW(nn.Module module, double weightDecay)
    {
        _weightDecay = weightDecay;
        _slots =
        [
            .. module.named_parameters().Select(pair => new Slot(
                pair.name,
                pair.parameter,
                zeros_like(pair.parameter).DetachFromDisposeScope(),
                zeros_like(pair.parameter).DetachFromDisposeScope())),
        ];
    }

    /// <summary>What must be kept to go on: by name, the running means of the gradient and of its square.</summary>
    public IEnumerable<(string Name, Tensor Values)> State =>
        _slots.SelectMany(slot => new[] { ($"mean.{slot.Name}", slot.Mean), ($"variance.{slot.Name}", slot.Variance) });

    /// <summary>Goes on from a state.</summary>
    /// <param name="steps">How many steps were taken.</param>
    /// <param name="read">Gives what <see cref="State"/> gave, by name.</param>
    public void Restore(long steps, Func<string, Tensor> read)
    {
        using var noTape = no_grad();
        _steps = steps;
        foreach (var (name, values) in State)
        {
            using var stored = read(name);
            values.copy_(stored);
        }
    }

    /// <summary>Takes a step along the gradients, and forgets them.</summary>
    public void Step(double learningRate)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        _steps++;
        var meanBias = 1 - Math.Pow(FirstDecay, _steps);
        var varianceBias = 1 - Math.Pow(SecondDecay, _steps);
        foreach (var (_, parameter, mean, variance) in _slots)
        {
            if (parameter.grad is not { } gradient)
                continue;
            if (parameter.dim() > 1)
                parameter.TimesInPlace(1 - learningRate * _weightDecay);
            mean.TimesInPlace(FirstDecay).PlusInPlace(gradient, 1 - FirstDecay);
            variance.TimesInPlace(SecondDecay).PlusProductInPlace(gradient, gradient, 1 - SecondDecay);
            var size = variance.Times(1 / varianceBias).sqrt_().Plus(Epsilon);
            parameter.PlusQuotientInPlace(mean, size, -learningRate / meanBias);
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Mean.Dispose();
            slot.Variance.Dispose();
        }
    }
}
