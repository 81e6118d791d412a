using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// Layers one behind the other, named "0", "1", … as in PyTorch's Sequential. A convolution and the ReLU behind it are one step, for that is how
/// they run where they can.
/// </summary>
internal sealed class Chain : nn.Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor>[] _steps;

    public Chain(IEnumerable<nn.Module<Tensor, Tensor>> layers)
        : base(nameof(Chain))
    {
        nn.Module<Tensor, Tensor>[] all = [.. layers];
        for (var i = 0; i < all.Length; i++)
            register_module($"{i}", all[i]);
        _steps = [.. Steps(all)];
    }

    public override Tensor forward(Tensor input) => Run(input, ..);

    /// <summary>Runs some of the steps, at least one.</summary>
    public Tensor Run(Tensor input, Range which)
    {
        var steps = _steps.AsSpan(which);
        var output = steps[0](input);
        foreach (var step in steps[1..])
        {
            using var previous = output;
            output = step(previous);
        }
        return output;
    }

    private static IEnumerable<Func<Tensor, Tensor>> Steps(nn.Module<Tensor, Tensor>[] layers)
    {
        for (var i = 0; i < layers.Length; i++)
        {
            if (layers[i] is FoldableConv2d { Bias: not null } convolution && layers.ElementAtOrDefault(i + 1) is ReLU relu)
            {
                yield return new ConvNorm(convolution, norm: null, relu).Forward;
                i++;
            }
            else
            {
                yield return layers[i].call;
            }
        }
    }
}
