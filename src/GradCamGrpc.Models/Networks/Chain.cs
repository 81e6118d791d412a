using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// Layers one behind the other, named "0", "1", … as in PyTorch's Sequential. They run in steps: a convolution with a bias and the ReLU behind it
/// are two layers and one step, for that is how they run where they can; any other layer is a step of its own.
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

    public override Tensor forward(Tensor input) => RunSteps(input, ..);

    /// <summary>Runs some of the steps.</summary>
    /// <param name="input">What the first of them gets.</param>
    /// <param name="steps">At least one, counted in steps: these may be fewer than the layers, and then a layer's name does not tell its step.</param>
    public Tensor RunSteps(Tensor input, Range steps)
    {
        var chosen = _steps.AsSpan(steps);
        var output = chosen[0](input);
        foreach (var step in chosen[1..])
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
                yield return new ConvolutionStep(convolution, norm: null, relu).Forward;
                i++;
            }
            else
            {
                yield return layers[i].call;
            }
        }
    }
}
