using GradCamGrpc.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// A convolution and what follows it: in most networks its normalisation, in some blocks the sum with a shortcut, and a non-linearity. Folded,
/// convolution and normalisation run as one, and where the device has such convolutions the rest with them.
/// </summary>
internal sealed class ConvolutionStep
{
    private readonly FoldableConv2d _convolution;
    private readonly BatchNormActivation? _norm;
    private readonly ReLU? _relu;
    private FusedConvolution? _fused;
    private OrderedWeights? _ordered;
    private ScalarType _type;
    private bool _isFolded;
    private Tensor? _weight;
    private Tensor? _bias;

    /// <param name="convolution">The convolution, with a bias if nothing normalises it.</param>
    /// <param name="norm">Its normalisation; null where it has none.</param>
    /// <param name="relu">The layer behind that and behind a sum; null where the normalisation has a non-linearity of its own, or none follows.</param>
    public ConvolutionStep(FoldableConv2d convolution, BatchNormActivation? norm, ReLU? relu = null)
    {
        if (convolution.Bias is null == norm is null)
            throw new ArgumentException("a convolution has a bias or a normalisation, exactly one", nameof(norm));

        _convolution = convolution;
        _norm = norm;
        _relu = relu;
        convolution.Step = this;
    }

    /// <summary>Whether the folded form runs, which may have no gradient.</summary>
    /// <remarks>The normalisation's input follows from this; it is set here alone, so that the two agree.</remarks>
    public bool IsFolded
    {
        get => _isFolded;
        set
        {
            _isFolded = value && _bias is not null;
            _norm?.Input = !_isFolded ? NormInput.Convolved : _fused is null ? NormInput.Normalised : NormInput.Activated;
        }
    }

    private bool IsDepthwise => _convolution.Weight.shape[1] == 1;

    private Activation Activation => _relu is null ? _norm?.Activation ?? Activation.None : Activation.ReLU;

    public Tensor Forward(Tensor input)
    {
        if (IsFolded && _fused is { } fused)
        {
            var output = Convolve(input, (padded, weight, shape) => fused.Convolve(padded, weight, _bias!, shape, Activation));
            if (_relu is not null || _norm is null)
                return output;
            using (output)
                return _norm.call(output);
        }
        var normalised = Normalise(input);
        return _relu is null ? normalised : Activate(normalised);
    }

    /// <summary>The same, with a shortcut added in front of the non-linearity.</summary>
    /// <param name="input">[B, in, h, w].</param>
    /// <param name="shortcut">[B, out, h', w'], as the output is.</param>
    public Tensor Forward(Tensor input, Tensor shortcut)
    {
        if (IsFolded && _fused is { } fused)
            return Convolve(input, (padded, weight, shape) => fused.ConvolveAndAdd(padded, shortcut, weight, _bias!, shape, Activation));
        var sum = Normalise(input).PlusInPlace(shortcut);
        return _relu is null ? sum : Activate(sum);
    }

    /// <summary>
    /// Makes the folded form. Its weights are put in order as inputs of new sizes come: from here on the parameters neither change nor move.
    /// </summary>
    /// <param name="fused">Convolves with what follows, for as long as this lives; null where nothing can.</param>
    /// <param name="type">What the folded form computes in.</param>
    public void Fold(FusedConvolution? fused, ScalarType type)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        _fused = fused;
        _ordered = fused is null ? null : new OrderedWeights(fused);
        _type = type;
        _weight = fused is null ? ChannelsLast.Of(FoldedWeight()).DetachFromDisposeScope() : null;
        _bias = FoldedBias().DetachFromDisposeScope();
        IsFolded = true;
    }

    public void DisposeFolded()
    {
        _ordered?.Dispose();
        _weight?.Dispose();
        _bias?.Dispose();
    }

    private Tensor FoldedWeight()
    {
        if (_norm is null)
            return _convolution.Weight.alias().to(_type);
        var (scale, _) = _norm.AsAffine();
        return (_convolution.Weight.to(float64) * scale.reshape(-1, 1, 1, 1)).to(_type);
    }

    private Tensor WidenedWeight() => nn.functional.pad(FoldedWeight(), [1, 0, 1, 0], PaddingModes.Constant, 0);

    private Tensor FoldedBias()
    {
        if (_norm is null)
            return _convolution.Bias!.alias().to(_type);
        var (_, shift) = _norm.AsAffine();
        return shift.to(_type);
    }

    private Tensor Normalise(Tensor input)
    {
        var convolved = IsFolded ? ConvolvePlainly(input) : _convolution.call(input);
        if (_norm is null)
            return convolved;
        using (convolved)
            return _norm.call(convolved);
    }

    private Tensor ConvolvePlainly(Tensor input)
    {
        using var typed = Typed(input);
        return _convolution.Convolve(typed, _weight!, _bias);
    }

    private Tensor Activate(Tensor values)
    {
        using (values)
            return _relu!.call(values);
    }

    /// <summary>Has the input convolved with the folded weights.</summary>
    /// <remarks>
    /// Where there is one more row of zeros below, and column to the right, the depthwise kernel gets a row and a column of zeros in front
    /// instead, so that both sides are alike: it costs less than a padded copy of the input.
    /// </remarks>
    private Tensor Convolve(Tensor input, Func<Tensor, Tensor, ConvolutionShape, Tensor> convolve)
    {
        using var typed = Typed(input);
        var padding = _convolution.PaddingOf((int)input.shape[2], (int)input.shape[3]);
        if (!padding.IsOneMoreBehind || !IsDepthwise)
            return _convolution.Convolve(typed, (padded, shape) => convolve(padded, _ordered!.For(padded, shape, FoldedWeight), shape));
        var widened = _convolution.Shape with { Rows = padding.Bottom, Columns = padding.Right };
        return convolve(typed, _ordered!.For(typed, widened, WidenedWeight), widened);
    }

    private Tensor Typed(Tensor input) => input.dtype == _type ? input.alias() : input.to(_type);
}
