using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>
/// Which inputs each ReLU, ReLU6 and 2 x 2 maximum let pass in one run, so that another run, of this network or a copy, can be made to decide
/// alike. Where an input is a tie but for its last digits, runs of different precision decide differently, and a whole gradient goes another way.
/// </summary>
internal sealed class GateDecisions : IDisposable
{
    private const int PoolSide = 2;

    // A module that a pass enters several times decides several times.
    private readonly Dictionary<(string Name, int Entry), Tensor> _decisions = [];

    // How often the pass has entered each so far.
    private readonly Dictionary<string, int> _entries = new(StringComparer.Ordinal);

    /// <summary>What becomes of the decisions of the runs that follow, which begin to overrule anew.</summary>
    public GateUse Use
    {
        get;
        set => (field, LargestOverruling) = (value, 0);
    }

    /// <summary>How far an input was from the tie, at most, where it was decided against what it says: a share of the largest input there.</summary>
    public double LargestOverruling { get; private set; }

    /// <param name="network">What decides. Whoever replaces outputs by hooks of theirs gets the decided ones, if they come later.</param>
    public void Watch(nn.Module<Tensor, Tensor> network)
    {
        foreach (var (name, module) in network.named_modules())
        {
            if (module is nn.Module<Tensor, Tensor> layer and (ReLU or ReLU6 or MaxPool2d))
                layer.register_forward_hook((_, input, output) => Pass(PlaceOf(name), module, input, output)!);
        }
        network.register_forward_hook((_, _, _) =>
        {
            _entries.Clear();
            return null!;
        });
    }

    public void Dispose()
    {
        foreach (var decision in _decisions.Values)
            decision.Dispose();
    }

    private (string Name, int Entry) PlaceOf(string name) => (name, _entries[name] = _entries.GetValueOrDefault(name) + 1);

    private Tensor? Pass((string Name, int Entry) place, nn.Module module, Tensor input, Tensor output)
    {
        if (Use is GateUse.Note)
            Note(place, Own(module, input, output));
        return Use is GateUse.Impose && _decisions.TryGetValue(place, out var decision) ? Impose(decision, module, input, output) : null;
    }

    private void Note((string Name, int Entry) place, Tensor? decision)
    {
        if (decision is null)
            return;
        if (_decisions.Remove(place, out var former))
            former.Dispose();
        _decisions[place] = decision.DetachFromDisposeScope();
    }

    private Tensor Impose(Tensor decision, nn.Module module, Tensor input, Tensor output)
    {
        var decided = Decided(module, input, decision);
        var overruling = Largest(decided - output) / Math.Max(Largest(input), double.Epsilon);
        LargestOverruling = Math.Max(LargestOverruling, overruling);
        return decided;
    }

    private static double Largest(Tensor values) => values.abs().max().to(float64).item<double>();

    private static Tensor? Own(nn.Module module, Tensor input, Tensor output)
    {
        if (module is ReLU or ReLU6)
            return (input > 0).logical_and(module is ReLU ? input == output : input < 6).detach();  // open gates
        if (input.shape is not [_, _, var height, var width] || height % PoolSide != 0 || width % PoolSide != 0)
            return null;
        var (largest, indices) = nn.functional.max_pool2d_with_indices(input, [PoolSide, PoolSide], [PoolSide, PoolSide]);
        return largest.shape.SequenceEqual(output.shape) && largest.eq(output).all().item<bool>() ? indices.detach() : null;
    }

    private static Tensor Decided(nn.Module module, Tensor input, Tensor decision) => module switch
    {
        ReLU => input * decision,
        ReLU6 => where(decision, input, where(input > 3, 6, 0).to(input.dtype)),
        _ => input.flatten(2).gather(2, decision.flatten(2)).reshape(decision.shape),
    };
}
