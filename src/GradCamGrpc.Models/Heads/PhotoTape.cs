using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Notes what the layers of a head take of one photo, so that scores can be carried back to it.</summary>
/// <remarks>
/// All rows read the same keys and values, and no tape leads through those: their gradient is a sum of few products, one for each word and
/// part of attention, and it is cheaper to add up what these say of the photo than to carry each row's keys and values back. In the first
/// layer no row's words depend on the photo before they look at it, so that the tape starts behind the layer.
/// </remarks>
/// <param name="rows">R, the scores to be differentiated.</param>
internal sealed class PhotoTape(int rows)
{
    private sealed record Step(Attention Layer, KeysAndValues Photo, Tensor Queries, Tensor Noted, Func<Tensor, Tensor> AnswerGradient);

    private readonly List<Step> _steps = [];

    /// <summary>Notes what the first layer takes, and starts the tape.</summary>
    /// <param name="layer">The layer's attention.</param>
    /// <param name="photo">What it sees, of one photo.</param>
    /// <param name="queries">[1, H, N·T, d/H]: those of R rows, or of one that all share.</param>
    /// <param name="output">The layer's, [N, T, d].</param>
    /// <param name="answerGradient">From the output's gradients, [R, T, d], to those of the answers, [1, H, R·T, d/H].</param>
    /// <returns>The output of each row, [R, T, d].</returns>
    public Tensor Start(Attention layer, KeysAndValues photo, Tensor queries, Tensor output, Func<Tensor, Tensor> answerGradient)
    {
        var leaf = output.detach().expand(rows, -1, -1).requires_grad_();
        _steps.Add(new Step(layer, photo, queries, leaf, answerGradient));
        return leaf;
    }

    /// <summary>Notes what another layer takes.</summary>
    /// <param name="layer">The layer's attention.</param>
    /// <param name="photo">What it sees, of one photo.</param>
    /// <param name="queries">Those of R rows, [1, H, R·T, d/H].</param>
    /// <param name="answers">What they are answered, [1, H, R·T, d/H].</param>
    public void Note(Attention layer, KeysAndValues photo, Tensor queries, Tensor answers) =>
        _steps.Add(new Step(layer, photo, queries.detach(), answers, gradients => gradients));

    /// <summary>Carries scores back to what the head remembers of the photo.</summary>
    /// <param name="scores">[R].</param>
    /// <returns>dScore/dMemory of each row, [R, P, d].</returns>
    public Tensor Differentiate(Tensor scores)
    {
        var gradients = autograd.grad([scores.sum()], [.. _steps.Select(step => step.Noted)]);
        return _steps.Zip(gradients, OfMemory).Aggregate((sum, part) => sum.PlusInPlace(part));
    }

    private Tensor OfMemory(Step step, Tensor gradient)
    {
        var (places, vectors) = step.Layer.MemoryGradient(step.Photo, step.Queries, step.AnswerGradient(gradient), rows);
        return places.transpose(1, 2).bmm(vectors);                                              // [R, P, d]
    }
}
