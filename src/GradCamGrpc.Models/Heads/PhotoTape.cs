using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Notes what the layers of a head do with the words of R scores and one photo, so that the scores can be carried back to it.</summary>
/// <remarks>
/// Torch's own tape begins with what the head says. What lies before that is carried back in closed form: the scores share what was computed,
/// and what a score says of the photo is a sum of few products.
/// </remarks>
/// <param name="rows">R, the scores to be differentiated.</param>
internal sealed class PhotoTape(int rows)
{
    private readonly List<(ReadingLayer Layer, ReadingTrace Trace)> _steps = [];
    private (Tensor Leaf, Func<Tensor, Tensor> ToLayers)? _start;

    /// <summary>Notes what the next layer has done.</summary>
    public void Note(ReadingLayer layer, ReadingTrace trace) => _steps.Add((layer, trace));

    /// <summary>Starts torch's tape.</summary>
    /// <param name="said">What the head says, [N, T, n]: N is R, or one that all scores share.</param>
    /// <param name="toLayers">Carries gradients of that, [R, T, n], back to the last layer's output, [R, T, d].</param>
    /// <returns>What it says by each row, [R, T, n].</returns>
    public Tensor Start(Tensor said, Func<Tensor, Tensor> toLayers)
    {
        if (_start is not null)
            throw new InvalidOperationException("scores are evaluated by one pass over the words");
        var leaf = said.detach().expand(rows, -1, -1).requires_grad_();
        _start = (leaf, toLayers);
        return leaf;
    }

    /// <summary>Carries scores back to the photo.</summary>
    /// <param name="scores">[R].</param>
    /// <returns>What they say of it by each layer.</returns>
    public IReadOnlyList<PhotoGradients> Differentiate(Tensor scores)
    {
        if (_start is not { } start)
            throw new InvalidOperationException("the scores are none of what the head says of the photo");
        var ofSaid = autograd.grad([scores.sum()], [start.Leaf])[0];
        using var noTape = no_grad();
        var gradients = start.ToLayers(ofSaid);
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
