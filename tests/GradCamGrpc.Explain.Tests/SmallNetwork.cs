using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>
/// A small network with everything that matters to a cut: a branch with a skip around it, layers that work in place, a pooling.
/// </summary>
internal sealed class SmallNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = nn.Conv2d(3, 4, 3, padding: 1);
    private readonly Tanh act1 = nn.Tanh();
    private readonly Conv2d branch = nn.Conv2d(4, 4, 3, padding: 1);
    private readonly ReLU act2 = nn.ReLU(inplace: true);
    private readonly Conv2d conv2 = nn.Conv2d(4, 5, 3, stride: 2);
    private readonly Tanh act3 = nn.Tanh();
    private readonly nn.Module<Tensor, Tensor> pool;
    private readonly Linear classifier = nn.Linear(5, 6);

    /// <param name="seed">Of the parameters.</param>
    /// <param name="hasLinearHead">Whether the linear layer takes the pooling's output as it is; else it is flattened first.</param>
    public SmallNetwork(int seed, bool hasLinearHead)
        : base(nameof(SmallNetwork))
    {
        pool = hasLinearHead ? new Average() : nn.AdaptiveAvgPool2d(1);
        RegisterComponents();
        var generator = new Generator((ulong)seed);
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
        var x = act1.call(conv1.call(input));
        x = act2.call(branch.call(x)) + x;
        x = act3.call(conv2.call(x));
        var pooled = pool.call(x);
        return classifier.call(pooled.dim() == 2 ? pooled : pooled.flatten(1));
    }

    public static Tensor Images(int count, int seed = 1) => randn([count, 3, 9, 9], generator: new Generator((ulong)seed));

    private sealed class Average() : nn.Module<Tensor, Tensor>(nameof(Average))
    {
        public override Tensor forward(Tensor input) => input.mean([2, 3]);
    }
}
