using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>Layers one behind the other, named "0", "1", … as in PyTorch's Sequential.</summary>
internal sealed class Chain : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor>[] _layers;

    public Chain(IEnumerable<nn.Module<Tensor, Tensor>> layers)
        : base(nameof(Chain))
    {
        _layers = [.. layers];
        for (var i = 0; i < _layers.Length; i++)
            register_module($"{i}", _layers[i]);
    }

    public override Tensor forward(Tensor input) => Run(input, ..);

    /// <summary>Runs some of the layers, at least one.</summary>
    public Tensor Run(Tensor input, Range which)
    {
        var layers = _layers.AsSpan(which);
        var output = layers[0].call(input);
        foreach (var layer in layers[1..])
        {
            using var previous = output;
            output = layer.call(previous);
        }
        return output;
    }
}
