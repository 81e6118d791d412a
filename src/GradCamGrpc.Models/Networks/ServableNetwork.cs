using GradCamGrpc.Tensors.Native;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A network from images [B, 3, h, w] to logits [B, classes].</summary>
/// <remarks>
/// Submodules carry the names of the reference implementation, and every one is invoked through <c>call</c>, so that forward hooks
/// fire. Intermediates are disposed on the way; a hook that keeps one takes an alias of it.
/// </remarks>
public abstract class ServableNetwork : nn.Module<Tensor, Tensor>
{
    private ConvolutionStep[] _steps = [];
    private FusedConvolution? _fused;

    /// <summary>Names the network.</summary>
    protected ServableNetwork(string name)
        : base(name)
    {
        // Before the first convolution.
        _ = OneDnn.Caches;
    }

    /// <summary>What the names of arrays begin with that a checkpoint may have for training's sake, and that are left aside.</summary>
    public virtual IReadOnlyList<string> IgnoredPrefixes => [];

    /// <summary>Turns training off, and nothing else: the network runs as the checkpoint describes it, by its own parameters.</summary>
    public void Freeze()
    {
        eval();
        foreach (var parameter in parameters())
            parameter.requires_grad_(false);
    }

    /// <summary>
    /// Freezes the parameters and folds each normalisation into its convolution. On CPUs the non-linearity runs with it, too, as it does with
    /// a convolution that has a bias and no normalisation. Weights are in channels-last strides, and inputs should be. The network stays on
    /// the device where it is, and its parameters as they are. One thread at a time uses it: it keeps weights for each size of input.
    /// </summary>
    /// <param name="mayFuse">Whether the CPU's own convolutions may be used, where it has them in that precision; false for those that every device has.</param>
    /// <param name="precision">What the folded convolutions compute in; all else, and all that has a gradient, is in single precision.</param>
    public void PrepareForServing(bool mayFuse = true, Precision precision = Precision.Fp32)
    {
        Freeze();
        _steps = [.. modules().OfType<FoldableConv2d>().Select(convolution => convolution.Step).OfType<ConvolutionStep>()];
        _fused = mayFuse && _steps.Length > 0 ? FusedConvolution.For(parameters().First().device, precision) : null;
        var type = precision switch
        {
            Precision.Fp32 => float32,
            Precision.Bf16 => bfloat16,
            _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "there is no such precision"),
        };
        foreach (var step in _steps)
            step.Fold(_fused, type);
    }

    /// <summary>Chooses between the folded network, which may have no gradient, and the one that the checkpoint describes, for the passes that follow.</summary>
    /// <remarks>
    /// Folded, a convolution's own output does not come into being, and the last digits differ. Where the gradient of a ReLU is
    /// taken that matters: a gate whose input is zero but for the last digits opens or closes, and with it one position's whole
    /// gradient (seen: one gate of 56,448, one hundredth of a map's maximum). Without a tape over ReLUs nothing of that is seen.
    /// </remarks>
    public void UseFolded(bool folded)
    {
        foreach (var step in _steps)
            step.IsFolded = folded;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var step in _steps)
                step.DisposeFolded();
            _fused?.Dispose();
        }
        base.Dispose(disposing);
    }
}
