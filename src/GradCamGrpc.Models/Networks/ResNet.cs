using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A residual network (He et al. 2016), with the names of torchvision's <c>resnet18</c> and <c>resnet50</c>.</summary>
public sealed class ResNet : ServableNetwork
{
    internal const double Epsilon = 1e-5;

    private const int StemChannels = 64;

    private readonly ConvolutionStep _stem;
    private readonly MaxPool2d _maxPool;
    private readonly Chain[] _stages;
    private readonly GlobalAveragePool _pool;
    private readonly Linear _classifier;

    private ResNet(string name, Chain[] stages, int outChannels, int classes)
        : base(name)
    {
        var stem = new SymmetricConv2d(3, StemChannels, kernel: 7, stride: 2);
        var stemNorm = new BatchNormActivation(StemChannels, Activation.None, Epsilon);
        var relu = nn.ReLU();
        _maxPool = nn.MaxPool2d(3, stride: 2, padding: 1);
        _stages = stages;
        _pool = new GlobalAveragePool();
        _classifier = nn.Linear(outChannels, classes);

        register_module("conv1", stem);
        register_module("bn1", stemNorm);
        register_module("relu", relu);
        register_module("maxpool", _maxPool);
        for (var i = 0; i < stages.Length; i++)
            register_module($"layer{i + 1}", stages[i]);
        register_module("avgpool", _pool);
        register_module("fc", _classifier);
        _stem = new ConvolutionStep(stem, stemNorm, relu);
    }

    /// <summary>ResNet-18, with random weights.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    public static ResNet With18Layers(int classes) =>
        new("ResNet18", BuildStages([2, 2, 2, 2], ResidualBlock.Basic, expansion: 1), 512, classes);

    /// <summary>ResNet-50, with random weights.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    public static ResNet With50Layers(int classes) =>
        new("ResNet50", BuildStages([3, 4, 6, 3], ResidualBlock.Bottleneck, ResidualBlock.BottleneckExpansion), 2048, classes);

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var stem = _stem.Forward(input);              // [B, 64, 112, 112] for a 224x224 input
        var maps = _maxPool.call(stem);                     // [B, 64, 56, 56]
        foreach (var stage in _stages)
        {
            using var previous = maps;
            maps = stage.call(previous);                    // at last [B, 512 or 2048, 7, 7]
        }
        using var trunk = maps;
        using var pooled = _pool.call(trunk);               // [B, 512 or 2048]
        return _classifier.call(pooled);                    // [B, classes]
    }

    /// <summary>Stages of blocks: each has twice the width of the one before, and all but the first halve the resolution.</summary>
    private static Chain[] BuildStages(int[] repeats, Func<int, int, int, ResidualBlock> block, int expansion)
    {
        var stages = new Chain[repeats.Length];
        var channels = StemChannels;
        for (var i = 0; i < repeats.Length; i++)
        {
            var width = StemChannels << i;
            var first = block(channels, width, i == 0 ? 1 : 2);
            channels = width * expansion;
            stages[i] = new Chain([first, .. Enumerable.Range(1, repeats[i] - 1).Select(_ => block(channels, width, 1))]);
        }
        return stages;
    }
}
