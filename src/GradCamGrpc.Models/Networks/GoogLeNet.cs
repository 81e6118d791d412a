using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// GoogLeNet (Szegedy et al. 2015, with batch normalisation), with the names of torchvision's <c>googlenet</c>, without its auxiliary
/// classifiers.
/// </summary>
/// <remarks>
/// torchvision's ImageNet weights come with <c>transform_input</c>, which turns its usual normalisation into mean 0.5 and standard
/// deviation 0.5. Here the manifest's preprocessing says so instead.
/// </remarks>
public sealed class GoogLeNet : ServableNetwork
{
    private readonly (string Name, nn.Module<Tensor, Tensor> Layer)[] _trunk =
    [
        ("conv1", new BasicConv2d(3, 64, 7, stride: 2)),
        ("maxpool1", Halve(3)),                                             // [B, 64, 56, 56] for a 224x224 input
        ("conv2", new BasicConv2d(64, 64, 1)),
        ("conv3", new BasicConv2d(64, 192, 3)),
        ("maxpool2", Halve(3)),                                             // [B, 192, 28, 28]
        ("inception3a", new Inception(192, 64, (96, 128), (16, 32), 32)),
        ("inception3b", new Inception(256, 128, (128, 192), (32, 96), 64)),
        ("maxpool3", Halve(3)),                                             // [B, 480, 14, 14]
        ("inception4a", new Inception(480, 192, (96, 208), (16, 48), 64)),
        ("inception4b", new Inception(512, 160, (112, 224), (24, 64), 64)),
        ("inception4c", new Inception(512, 128, (128, 256), (24, 64), 64)),
        ("inception4d", new Inception(512, 112, (144, 288), (32, 64), 64)),
        ("inception4e", new Inception(528, 256, (160, 320), (32, 128), 128)),
        ("maxpool4", Halve(2)),                                             // [B, 832, 7, 7]
        ("inception5a", new Inception(832, 256, (160, 320), (32, 128), 128)),
        ("inception5b", new Inception(832, 384, (192, 384), (48, 128), 128)),
    ];

    private readonly GlobalAveragePool _pool = new();
    private readonly Dropout _dropout = nn.Dropout(0.2);
    private readonly Linear _classifier;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    public GoogLeNet(int classes)
        : base(nameof(GoogLeNet))
    {
        _classifier = nn.Linear(1024, classes);
        foreach (var (name, layer) in _trunk)
            register_module(name, layer);
        register_module("avgpool", _pool);
        register_module("dropout", _dropout);
        register_module("fc", _classifier);
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> IgnoredPrefixes => ["aux1.", "aux2."];

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        var maps = _trunk[0].Layer.call(input);
        foreach (var (_, layer) in _trunk.AsSpan(1))
        {
            using var previous = maps;
            maps = layer.call(previous);
        }
        using var trunk = maps;                     // [B, 1024, 7, 7]
        using var pooled = _pool.call(trunk);       // [B, 1024]
        using var kept = _dropout.call(pooled);
        return _classifier.call(kept);              // [B, classes]
    }

    private static MaxPool2d Halve(int kernel) => nn.MaxPool2d(kernel, stride: 2, ceil_mode: true);
}
