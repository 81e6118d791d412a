using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>A convolution of one weight, a ReLU, a second weight, a pooling and two classes: small enough to follow by hand.</summary>
/// <remarks>On three colours that share the first weight w: A = relu(w · Σ colours), the logits are the means of v·A and of −v·A.</remarks>
internal sealed class RectifiedNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv = nn.Conv2d(3, 1, 1, bias: false);
    private readonly nn.Module<Tensor, Tensor> act;
    private readonly Conv2d head = nn.Conv2d(1, 2, 1, bias: false);

    public RectifiedNetwork(float w, float v, nn.Module<Tensor, Tensor>? nonlinearity = null)
        : base(nameof(RectifiedNetwork))
    {
        act = nonlinearity ?? nn.ReLU();
        RegisterComponents();
        using var noTape = no_grad();
        conv.weight!.fill_(w);
        head.weight!.copy_(tensor([v, -v]).reshape(2, 1, 1, 1));
        foreach (var parameter in parameters())
            parameter.requires_grad_(false);
        eval();
    }

    public override Tensor forward(Tensor input) => head.call(act.call(conv.call(input))).mean([2, 3]);
}
