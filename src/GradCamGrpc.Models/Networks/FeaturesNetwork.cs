using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A network of three parts under torchvision's names: "features", "avgpool" to a fixed grid, and "classifier".</summary>
public abstract class FeaturesNetwork : ServableNetwork
{
    private readonly Chain _features;
    private readonly AdaptiveAvgPool2d _pool;
    private readonly Chain _classifier;

    private protected FeaturesNetwork(
        string name, IEnumerable<nn.Module<Tensor, Tensor>> features, int gridSide, IEnumerable<nn.Module<Tensor, Tensor>> classifier)
        : base(name)
    {
        _features = new Chain(features);
        _pool = nn.AdaptiveAvgPool2d(gridSide);
        _classifier = new Chain(classifier);

        register_module("features", _features);
        register_module("avgpool", _pool);
        register_module("classifier", _classifier);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var features = _features.call(input);     // [B, C, h, w]
        using var grid = _pool.call(features);          // [B, C, side, side]
        using var flat = grid.flatten(1);               // [B, C · side · side]
        using var values = flat.AtLeastSingle();
        return _classifier.call(values);                // [B, classes]
    }
}
