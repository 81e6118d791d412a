using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>What R scores say of one photo, by the attention of one layer to it.</summary>
/// <remarks>
/// With the query q and the gradient g of a word's answer in one part of attention, the weights w and those logits' gradients l, a score's
/// gradient at the memory of a place p is Σ over words and parts of l(p) · Kᵀq + w(p) · Vᵀg, K and V the weights of keys and values: few
/// vectors, which all places share. Where it is enough to know it along a vector at each place, or summed over places, it need not be made.
/// </remarks>
internal sealed class PhotoGradients
{
    private readonly Attention _attention;
    private readonly AttentionTrace _trace;
    private readonly Tensor _ofAnswers;
    private readonly Tensor _weights;
    private readonly Tensor _ofLogits;

    /// <param name="attention">The layer's attention to the photo.</param>
    /// <param name="trace">What it did, of one photo.</param>
    /// <param name="words">The words that have gradients.</param>
    /// <param name="ofSeen">Their gradients behind that attention, [U, d].</param>
    public PhotoGradients(Attention attention, AttentionTrace trace, WordGradients words, Tensor ofSeen)
    {
        _attention = attention;
        _trace = trace;
        Words = words;
        OfSeen = ofSeen;
        var answers = trace.Answers.squeeze(0).index_select(1, words.Words);                     // [H, U, d/H]
        _ofAnswers = attention.AnswerGradient(ofSeen);                                           // [H, U, d/H]
        _weights = trace.Weights.squeeze(0).index_select(1, words.Words);                        // [H, U, P]
        var ofWeights = _ofAnswers.matmul(trace.Attended.Values.squeeze(0).transpose(1, 2));     // [H, U, P]
        _ofLogits = ofWeights.sub_((_ofAnswers * answers).sum([-1], keepdim: true)).mul_(_weights);
    }

    public WordGradients Words { get; }

    /// <summary>[U, d].</summary>
    public Tensor OfSeen { get; }

    /// <summary>dScore/dInput of what asked, [U, d].</summary>
    public Tensor OfAsking() => _attention.AskingGradient(_ofLogits.matmul(_trace.Attended.Keys.squeeze(0)));

    /// <summary>dScore/dMemory, [R, P, d].</summary>
    public Tensor Everywhere()
    {
        using var scope = NewDisposeScope();
        var throughKeys = _attention.ThroughKeys(_trace.Queries.squeeze(0)).index_select(1, Words.Words);
        var vectors = cat([throughKeys, _attention.ThroughValues(_ofAnswers)], 0);               // [2·H, U, d]
        var places = cat([_ofLogits, _weights], 0);                                              // [2·H, U, P]
        var rows = new Tensor[Words.Rows];
        var first = 0;
        for (var row = 0; row < rows.Length; row++)
        {
            var count = Words.Counts[row];
            rows[row] = places.narrow(1, first, count).flatten(0, 1).t().mm(vectors.narrow(1, first, count).flatten(0, 1));
            first += count;
        }
        return stack(rows).MoveToOuterDisposeScope();
    }

    /// <summary>dScore/dMemory along a vector at each place, and its sums over places.</summary>
    /// <param name="along">What keys and values say of the vectors, without their biases, of one row.</param>
    /// <param name="shares">The weights of n sums, [n, P].</param>
    /// <returns>[R, P] and [R, n, d].</returns>
    public (Tensor Products, Tensor Sums) Project(KeysAndValues along, Tensor shares)
    {
        using var scope = NewDisposeScope();
        var queries = _trace.Queries.squeeze(0);                                                 // [H, W, d/H]
        var byKeys = queries.matmul(along.Keys.squeeze(0).transpose(1, 2)).index_select(1, Words.Words);
        var byValues = _ofAnswers.matmul(along.Values.squeeze(0).transpose(1, 2)).mul_(_weights);
        var products = Words.SumByRow(byValues.PlusProductInPlace(byKeys, _ofLogits, factor: 1).sum([0]));     // [R, P]

        var sums = _attention.KeySums(Sums(_ofLogits, queries.index_select(1, Words.Words), shares))
            .Plus(_attention.ValueSums(Sums(_weights, _ofAnswers, shares)));
        return (products.MoveToOuterDisposeScope(), sums.MoveToOuterDisposeScope());
    }

    /// <summary>[H, U, P] and [H, U, d/H] to [H, R, n, d/H].</summary>
    private Tensor Sums(Tensor places, Tensor vectors, Tensor shares)
    {
        // Four times as fast as the product with a matrix whose columns are the shares.
        var weighted = nn.functional.linear(places, shares).unsqueeze(3) * vectors.unsqueeze(2);  // [H, U, n, d/H]
        return Words.SumByRow(weighted.flatten(2, 3)).unflatten(2, [shares.shape[0], -1]);
    }
}
