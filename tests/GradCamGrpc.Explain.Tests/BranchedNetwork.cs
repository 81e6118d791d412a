using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>A network of which some parts cannot be cut: a branch whose result is thrown away, a layer that runs twice, and one that never runs.</summary>
internal sealed class BranchedNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv = nn.Conv2d(3, 4, 3, padding: 1);
    private readonly Sequential auxiliary = nn.Sequential(("conv", nn.Conv2d(4, 2, 1)), ("act", nn.ReLU(inplace: true)));
    private readonly ReLU act = nn.ReLU(inplace: true);
    private readonly Conv2d twice = nn.Conv2d(4, 4, 1);
    private readonly Conv2d never = nn.Conv2d(4, 4, 1);
    private readonly Conv2d last = nn.Conv2d(4, 5, 1);
    private readonly AdaptiveAvgPool2d pool = nn.AdaptiveAvgPool2d(1);
    private readonly Linear classifier = nn.Linear(5, 3);

    public BranchedNetwork()
        : base(nameof(BranchedNetwork))
    {
        RegisterComponents();
        var generator = new Generator(4);
        foreach (var parameter in parameters())
        {
            using var noTape = no_grad();
            parameter.copy_(randn(parameter.shape, generator: generator) * 0.4);
            parameter.requires_grad_(false);
        }
        eval();
    }

    public override Tensor forward(Tensor input)
    {
        var x = conv.call(input);
        auxiliary.call(x);
        x = act.call(x);
        x = last.call(twice.call(twice.call(x)));
        return classifier.call(pool.call(x).flatten(1));
    }
}
