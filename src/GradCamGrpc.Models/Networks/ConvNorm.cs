using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution and the normalisation behind it. Folded, they run as one convolution.</summary>
internal sealed class ConvNorm
{
    private readonly FoldableConv2d _convolution;
    private readonly BatchNormActivation _norm;
    private Tensor? _weight;
    private Tensor? _bias;

    public ConvNorm(FoldableConv2d convolution, BatchNormActivation norm)
    {
        _convolution = convolution;
        _norm = norm;
        convolution.Pair = this;
    }

    /// <summary>Whether the folded form runs.</summary>
    public bool IsFolded
    {
        get => _norm.IsFolded;
        set => _norm.IsFolded = value && _weight is not null;
    }

    public Tensor Forward(Tensor input)
    {
        using var convolved = IsFolded ? _convolution.Convolve(input, _weight!, _bias) : _convolution.call(input);
        return _norm.call(convolved);
    }

    /// <summary>Computes the folded weights.</summary>
    public void Fold()
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        var (scale, shift) = _norm.AsAffine();
        var weight = (_convolution.Weight.to(float64) * scale.reshape(-1, 1, 1, 1)).to(float32);
        _weight = ChannelsLast.Of(weight).DetachFromDisposeScope();
        _bias = shift.to(float32).DetachFromDisposeScope();
        IsFolded = true;
    }

    public void DisposeFolded()
    {
        _weight?.Dispose();
        _bias?.Dispose();
    }
}
