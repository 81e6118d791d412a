using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>The gradients of R scores of a head at a layer that it reads.</summary>
/// <param name="reading">What the head takes of the layer.</param>
/// <param name="ofVectors">dScore/dVector, [R, h·w, d].</param>
internal sealed class LayerGradients(HeadReading reading, VectorField ofVectors)
{
    private Tensor? _everywhere;

    public CutLayer Layer => reading.Layer;

    /// <summary>Makes the maps of all scores, [R, h, w].</summary>
    public Tensor MapBy(ICamMethod method)
    {
        var activations = reading.Maps.detach().select(0, 0);                                       // [C, h, w]
        return method is IMeanGradientMethod ofMeans
            ? ofMeans.MapOfMeans(activations, Means())
            : method.Map(activations, method.ReadsGradients ? Everywhere() : MeansEverywhere());
    }

    /// <summary>Whether a score's gradient is zero everywhere.</summary>
    public bool IsFlat(int row) => !Everywhere().select(0, row).any().item<bool>();

    /// <summary>The means of the channels' gradients, [R, C].</summary>
    private Tensor Means() => ofVectors.Mean.matmul(reading.Weight);

    /// <summary>Those in the place of the gradients, [R, C, h, w]: an expanded view, for whoever reads nothing but its shape.</summary>
    private Tensor MeansEverywhere() => Means().unsqueeze(2).unsqueeze(3).expand(-1, -1, Layer.Height, Layer.Width);

    /// <summary>dScore/dA, [R, C, h, w].</summary>
    private Tensor Everywhere() =>
        _everywhere ??= ofVectors.Everywhere.matmul(reading.Weight).transpose(1, 2).unflatten(2, [Layer.Height, Layer.Width]);
}
