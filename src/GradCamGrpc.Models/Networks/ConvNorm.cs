using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// A convolution and the normalisation behind it. Folded, they run as one convolution, and where the device has such convolutions with
/// their non-linearity, too.
/// </summary>
internal sealed class ConvNorm
{
    private readonly FoldableConv2d _convolution;
    private readonly BatchNormActivation _norm;
    private FusedConvolution? _fused;
    private Tensor? _weight;
    private Tensor? _bias;

    public ConvNorm(FoldableConv2d convolution, BatchNormActivation norm)
    {
        _convolution = convolution;
        _norm = norm;
        convolution.Pair = this;
    }

    /// <summary>Whether the folded form runs, which may have no gradient.</summary>
    public bool IsFolded
    {
        get => _norm.Input is not NormInput.Convolved;
        set => _norm.Input = !value || _weight is null ? NormInput.Convolved : _fused is null ? NormInput.Normalised : NormInput.Activated;
    }

    public Tensor Forward(Tensor input)
    {
        using var convolved = Convolve(input);
        return _norm.call(convolved);
    }

    /// <summary>Computes the folded weights.</summary>
    /// <param name="fused">Convolves with the non-linearity, for as long as this lives; null where nothing can.</param>
    public void Fold(FusedConvolution? fused)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        var (scale, shift) = _norm.AsAffine();
        var weight = (_convolution.Weight.to(float64) * scale.reshape(-1, 1, 1, 1)).to(float32);
        _fused = fused;
        _weight = (fused?.Reorder(weight, _convolution.Shape) ?? ChannelsLast.Of(weight)).DetachFromDisposeScope();
        _bias = shift.to(float32).DetachFromDisposeScope();
        IsFolded = true;
    }

    public void DisposeFolded()
    {
        _weight?.Dispose();
        _bias?.Dispose();
    }

    private Tensor Convolve(Tensor input)
    {
        if (!IsFolded)
            return _convolution.call(input);
        return _fused is { } fused
            ? _convolution.Convolve(input, (padded, shape) => fused.Convolve(padded, _weight!, _bias!, shape, _norm.Activation))
            : _convolution.Convolve(input, _weight!, _bias);
    }
}
