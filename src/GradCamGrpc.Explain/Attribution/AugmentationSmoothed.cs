using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>
/// A method whose map is the mean of those of six copies of the image: dimmer, as it is, and brighter, each straight and mirrored
/// (pytorch-grad-cam's test-time augmentation, 2021). Here the signed maps are averaged, there maps that are scaled to 0 to 1 each.
/// </summary>
/// <param name="Method">An <see cref="ICamMethod"/>, to which the copies are one batch, or an <see cref="IAttributionMethod"/>.</param>
public sealed record AugmentationSmoothed(IExplanationMethod Method) : IAttributionMethod
{
    /// <summary>What the network's input is multiplied by.</summary>
    private static readonly float[] Factors = [0.9f, 1, 1.1f];

    /// <inheritdoc />
    public string Name => $"{Method.Name} with augmentation smoothing";

    /// <inheritdoc />
    public bool UsesLayer => Method.UsesLayer;

    /// <inheritdoc />
    public int Channels => Method.Channels;

    /// <inheritdoc />
    public bool IsSlow => Method.IsSlow;

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => Method.ObjectionTo(network, layer);

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task)
    {
        var straight = cat([.. Factors.Select(factor => task.Image.Times(factor))]);             // [3, 3, H, W]
        var maps = Maps(task, cat([straight, straight.flip(3)]));                           // [6, K, c, h, w]
        var turnedBack = maps.narrow(0, Factors.Length, Factors.Length).flip(4);
        return maps.narrow(0, 0, Factors.Length).Plus(turnedBack).mean([0]).Over(2);          // [K, c, h, w]
    }

    private Tensor Maps(AttributionTask task, Tensor copies) => Method switch
    {
        ICamMethod cam => task.Cams(copies, cam),
        IAttributionMethod attribution => stack([.. copies.split(1).Select(copy => Attributed(attribution, task, copy))]),
        _ => throw new InvalidOperationException($"{Method.Name} makes no maps"),
    };

    private static Tensor Attributed(IAttributionMethod method, AttributionTask task, Tensor copy)
    {
        task.Cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        return method.Attribute(task with { Image = copy }).MoveToOuterDisposeScope();
    }
}
