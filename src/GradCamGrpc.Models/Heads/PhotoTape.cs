using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Notes what the layers of a head do with the words of R scores and one photo, so that the scores can be carried back to it.</summary>
/// <remarks>
/// Torch's own tape begins behind the layers. Through these gradients are carried in closed form: the scores share what was computed, and
/// what a score says of the photo is a sum of few products.
/// </remarks>
/// <param name="rows">R, the scores to be differentiated.</param>
internal sealed class PhotoTape(int rows)
{
    private readonly List<(ReadingLayer Layer, ReadingTrace Trace)> _steps = [];
    private Tensor? _leaf;

    /// <summary>Notes what the next layer has done.</summary>
    public void Note(ReadingLayer layer, ReadingTrace trace) => _steps.Add((layer, trace));

    /// <summary>Starts torch's tape behind the last layer.</summary>
    /// <param name="output">The last layer's, [N, T, d]: N is R, or one that all scores share.</param>
    /// <returns>The output of each row, [R, T, d].</returns>
    public Tensor Start(Tensor output)
    {
        if (_leaf is not null)
            throw new InvalidOperationException("scores are evaluated by one pass over the words");
        return _leaf = output.detach().expand(rows, -1, -1).requires_grad_();
    }

    /// <summary>Carries scores back to the photo.</summary>
    /// <param name="scores">[R].</param>
    /// <returns>What they say of it by each layer.</returns>
    public IReadOnlyList<PhotoGradients> Differentiate(Tensor scores)
    {
        if (_leaf is null)
            throw new InvalidOperationException("the scores are none of what the head says of the photo");
        var gradients = autograd.grad([scores.sum()], [_leaf])[0];
        var ofPhoto = new PhotoGradients[_steps.Count];
        for (var i = _steps.Count - 1; i >= 0; i--)
        {
            var (layer, trace) = _steps[i];
            ofPhoto[i] = layer.LookBack(trace, gradients);

            // What enters the first layer does not depend on the photo.
            if (i > 0)
                gradients = layer.ReadBack(trace, ofPhoto[i]);
        }
        return ofPhoto;
    }
}
