using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>Four branches over one input, side by side in the output's channels (Szegedy et al. 2015).</summary>
internal sealed class Inception : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor>[] _branches;

    /// <param name="inChannels">Of the input.</param>
    /// <param name="direct">Output channels of the 1x1 convolution alone.</param>
    /// <param name="second">Channels of the second branch: inside, and of its output.</param>
    /// <param name="third">Channels of the third branch, likewise.</param>
    /// <param name="pooled">Output channels of the branch behind a pooling.</param>
    public Inception(int inChannels, int direct, (int Middle, int Out) second, (int Middle, int Out) third, int pooled)
        : base(nameof(Inception))
    {
        _branches =
        [
            new BasicConv2d(inChannels, direct, 1),
            new Chain([new BasicConv2d(inChannels, second.Middle, 1), new BasicConv2d(second.Middle, second.Out, 3)]),

            // The paper has a kernel of 5 here; torchvision's weights are for 3.
            new Chain([new BasicConv2d(inChannels, third.Middle, 1), new BasicConv2d(third.Middle, third.Out, 3)]),
            new Chain([nn.MaxPool2d(3, stride: 1, padding: 1, ceil_mode: true), new BasicConv2d(inChannels, pooled, 1)]),
        ];
        for (var i = 0; i < _branches.Length; i++)
            register_module($"branch{i + 1}", _branches[i]);
    }

    public override Tensor forward(Tensor input)
    {
        Tensor[] outputs = [.. _branches.Select(branch => branch.call(input))];
        try
        {
            return cat(outputs, 1);
        }
        finally
        {
            foreach (var output in outputs)
                output.Dispose();
        }
    }
}
