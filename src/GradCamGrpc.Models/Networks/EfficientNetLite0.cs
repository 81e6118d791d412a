using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// EfficientNet-Lite0 (Tan and Le 2019, and its "lite" variant: ReLU6 throughout, no squeeze-and-excitation), with the names of
/// timm's <c>tf_efficientnet_lite0</c>.
/// </summary>
public sealed class EfficientNetLite0 : ServableNetwork
{
    private const int StemChannels = 32;
    private const int HeadChannels = 1280;

    /// <summary>The stages with large maps: up to 96 x 112 x 112 for a photo of 224x224.</summary>
    private const int EarlyStages = 3;

    /// <summary>How many photos go through the early stages together: no buffer is larger than theirs (18.4 MiB of 224x224), however large the batch.</summary>
    private const int PhotosAtATime = 4;

    /// <summary>A stage of inverted residual blocks; the stride is the first block's.</summary>
    private readonly record struct Stage(int Kernel, int Stride, int Expansion, int OutChannels, int Repeats);

    private static readonly Stage[] Stages =
    [
        new(3, 1, 1, 16, 1),    // 112x112 for a 224x224 input
        new(3, 2, 6, 24, 2),    // 56x56
        new(5, 2, 6, 40, 2),    // 28x28
        new(3, 2, 6, 80, 3),    // 14x14
        new(5, 1, 6, 112, 3),   // 14x14
        new(5, 2, 6, 192, 4),   // 7x7
        new(3, 1, 6, 320, 1),   // 7x7
    ];

    private readonly ConvolutionStep _stem;
    private readonly Chain _blocks;
    private readonly ConvolutionStep _head;
    private readonly GlobalAveragePool _pool;
    private readonly Linear _classifier;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    public EfficientNetLite0(int classes)
        : base(nameof(EfficientNetLite0))
    {
        var stem = new SameConv2d(3, StemChannels, kernel: 3, stride: 2);
        var stemNorm = new BatchNormActivation(StemChannels, Activation.ReLU6);
        _blocks = new Chain(BuildStages());
        var head = new SameConv2d(Stages[^1].OutChannels, HeadChannels, kernel: 1);
        var headNorm = new BatchNormActivation(HeadChannels, Activation.ReLU6);
        _pool = new GlobalAveragePool();
        _classifier = nn.Linear(HeadChannels, classes);

        register_module("conv_stem", stem);
        register_module("bn1", stemNorm);
        register_module("blocks", _blocks);
        register_module("conv_head", head);
        register_module("bn2", headNorm);
        register_module("global_pool", _pool);
        register_module("classifier", _classifier);
        _stem = new ConvolutionStep(stem, stemNorm);
        _head = new ConvolutionStep(head, headNorm);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        // In groups a layer has no one output, so that is for serving alone.
        using var trunk = _stem.IsFolded ? TrunkInGroups(input) : Trunk(input);     // [B, 320, 7, 7]
        using var head = _head.Forward(trunk);      // [B, 1280, 7, 7]
        using var pooled = _pool.call(head);        // [B, 1280]
        return _classifier.call(pooled);            // [B, classes]
    }

    private Tensor Trunk(Tensor input)
    {
        using var stem = _stem.Forward(input);      // [B, 32, 112, 112]
        return _blocks.call(stem);
    }

    private Tensor TrunkInGroups(Tensor input)
    {
        // No dispose scope: what a hook takes meanwhile would end with it.
        using var early = Join([.. input.split(PhotosAtATime).Select(Early)]);              // [B, 40, 28, 28]
        return _blocks.RunSteps(early, EarlyStages..);
    }

    private static Tensor Join(Tensor[] groups)
    {
        var joined = cat(groups);
        foreach (var group in groups)
            group.Dispose();
        return joined;
    }

    private Tensor Early(Tensor photos)
    {
        using var group = photos;
        using var stem = _stem.Forward(group);           // [4, 32, 112, 112]
        return _blocks.RunSteps(stem, ..EarlyStages);    // [4, 40, 28, 28]
    }

    private static IEnumerable<Chain> BuildStages()
    {
        var channels = StemChannels;
        foreach (var stage in Stages)
        {
            yield return new Chain(BuildBlocks(channels, stage));
            channels = stage.OutChannels;
        }
    }

    private static IEnumerable<InvertedResidual> BuildBlocks(int inChannels, Stage stage)
    {
        for (var i = 0; i < stage.Repeats; i++)
        {
            yield return i == 0
                ? new InvertedResidual(inChannels, stage.OutChannels, stage.Kernel, stage.Stride, stage.Expansion)
                : new InvertedResidual(stage.OutChannels, stage.OutChannels, stage.Kernel, 1, stage.Expansion);
        }
    }
}
