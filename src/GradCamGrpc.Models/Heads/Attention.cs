using GradCamGrpc.Tensors;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Multi-head attention (Vaswani et al. 2017, section 3.2.2).</summary>
/// <remarks>
/// Keys and values are made apart from the answer, since what is attended to is read many times. They may belong to fewer rows than the
/// queries: each row of keys then serves as many neighbouring rows of queries, such as the captions of one photo.
/// </remarks>
internal sealed class Attention : nn.Module
{
    [ComponentName(Name = "query")]
    private readonly HeadLinear _query;

    [ComponentName(Name = "key")]
    private readonly HeadLinear _key;

    [ComponentName(Name = "value")]
    private readonly HeadLinear _value;

    [ComponentName(Name = "output")]
    private readonly HeadLinear _output;

    private readonly int _heads;

    public Attention(int width, int heads)
        : base(nameof(Attention))
    {
        _heads = heads;
        _query = new HeadLinear(width, width);
        _key = new HeadLinear(width, width);
        _value = new HeadLinear(width, width);
        _output = new HeadLinear(width, width);
        RegisterComponents();
    }

    /// <summary>What can be attended to.</summary>
    /// <param name="memory">[M, S, d].</param>
    public KeysAndValues Keys(Tensor memory) => new(Split(_key.call(memory)), Split(_value.call(memory)));

    /// <summary>Attends.</summary>
    /// <param name="input">[N, T, d], N a multiple of M.</param>
    /// <param name="attended">Of M rows and S places.</param>
    /// <param name="mask">Added to the logits of the weights, [N, 1, T, S] or what expands to it; null for none.</param>
    /// <returns>[N, T, d].</returns>
    public Tensor Attend(Tensor input, KeysAndValues attended, Tensor? mask = null)
    {
        var queries = Split(Gather(_query.call(input), attended));
        return Output(nn.functional.scaled_dot_product_attention(queries, attended.Keys, attended.Values, mask), input.shape[1]);
    }

    /// <summary>Attends, and tells how.</summary>
    /// <param name="input">[N, T, d], N a multiple of M.</param>
    /// <param name="attended">Of M rows and S places.</param>
    /// <param name="mask">Added to the logits of the weights, [M, 1, N/M·T, S] or what expands to it; null for none.</param>
    /// <returns>[N, T, d], and what was done.</returns>
    public (Tensor Output, AttentionTrace Trace) Trace(Tensor input, KeysAndValues attended, Tensor? mask = null)
    {
        var queries = Split(Gather(_query.call(input), attended)).Over(Scale);
        var logits = queries.matmul(attended.Keys.transpose(2, 3));
        var weights = (mask is null ? logits : logits.Plus(mask)).softmax(-1);
        var answers = weights.matmul(attended.Values);
        return (Output(answers, input.shape[1]), new AttentionTrace(attended, queries, weights, answers));
    }

    /// <summary>Carries gradients back to the input and to what keys and values were made of.</summary>
    /// <param name="trace">Of <see cref="Trace"/>.</param>
    /// <param name="gradients">dScore/dOutput of R scores, [R, T, d]: R is N, or N is one that all scores share.</param>
    /// <returns>dScore/dInput, [R, T, d], and dScore/dMemory, [R, S, d].</returns>
    public (Tensor OfInput, Tensor OfMemory) Differentiate(AttentionTrace trace, Tensor gradients)
    {
        var (rows, words, width) = (gradients.shape[0], gradients.shape[1], gradients.shape[2]);
        var (keys, values) = (trace.Attended.Keys, trace.Attended.Values);
        Tensor ByRow(Tensor parts) => parts.unflatten(2, [-1, words]);                           // [M, H, N/M, T, n]
        Tensor OfRows(Tensor parts) => parts.transpose(1, 2).flatten(0, 1).expand(rows, -1, -1, -1).flatten(1, 2);

        var ofAnswers = Split(Gather(_output.Back(gradients), trace.Attended));                  // [M, H, R/M·T, d/H]
        var weights = ByRow(trace.Weights);                                                      // [M, H, N/M, T, S]
        var products = ByRow(ofAnswers.matmul(values.transpose(2, 3))) * weights;                // [M, H, R/M, T, S]
        var ofLogits = products - weights * products.sum([-1], keepdim: true);
        var ofQueries = ofLogits.flatten(2, 3).matmul(keys);                                     // [M, H, R/M·T, d/H]
        var ofInput = _query.Back(ofQueries.transpose(1, 2).reshape(rows, words, width)).Over(Scale);

        Tensor Vectors(Tensor parts, HeadLinear layer)
        {
            var ofHeads = parts.transpose(0, 1).flatten(1, 2).matmul(OfHeads(layer));            // [H, N·T, d]
            return ofHeads.unflatten(1, [-1, words]).transpose(0, 1).expand(rows, -1, -1, -1).flatten(1, 2);
        }
        var places = cat([OfRows(ofLogits), OfRows(weights)], 1);                                // [R, 2·H·T, S]
        var vectors = cat([Vectors(trace.Queries, _key), Vectors(ofAnswers, _value)], 1);        // [R, 2·H·T, d]
        return (ofInput, places.transpose(1, 2).bmm(vectors));
    }

    /// <summary>Carries gradients back to the answers of each part.</summary>
    /// <param name="gradients">dScore/dOutput, [U, d].</param>
    /// <returns>[H, U, d/H].</returns>
    public Tensor AnswerGradient(Tensor gradients) => _output.Back(gradients).unflatten(1, [_heads, -1]).transpose(0, 1);

    /// <summary>Carries gradients of queries, as <see cref="AttentionTrace"/> has them, back to what asked.</summary>
    /// <param name="gradients">[H, U, d/H].</param>
    /// <returns>dScore/dInput, [U, d].</returns>
    public Tensor AskingGradient(Tensor gradients) => _query.Back(gradients.transpose(0, 1).flatten(1, 2)).Over(Scale);

    /// <summary>The vectors of memory that change the keys along given ones, of each part: [H, U, d/H] to [H, U, d].</summary>
    public Tensor ThroughKeys(Tensor vectors) => vectors.matmul(OfHeads(_key));

    /// <summary>The vectors of memory that change the values along given ones, of each part: [H, U, d/H] to [H, U, d].</summary>
    public Tensor ThroughValues(Tensor vectors) => vectors.matmul(OfHeads(_value));

    /// <summary>The same of keys, the sum of all parts: [H, R, n, d/H] to [R, n, d].</summary>
    public Tensor KeySums(Tensor vectors) => _key.Back(Joined(vectors));

    /// <summary>The same of values.</summary>
    public Tensor ValueSums(Tensor vectors) => _value.Back(Joined(vectors));

    /// <summary>The weights of attention, the mean of all heads.</summary>
    /// <returns>[N, T, S]; each row sums to 1.</returns>
    public Tensor Weights(Tensor input, KeysAndValues attended)
    {
        var queries = Split(Gather(_query.call(input), attended));
        var logits = queries.matmul(attended.Keys.transpose(2, 3)).Over(Math.Sqrt(queries.shape[3]));
        var weights = logits.softmax(-1).mean([1]);                                          // [M, N/M·T, S]
        return weights.reshape(input.shape[0], input.shape[1], attended.Places);
    }

    /// <summary>√(d/H).</summary>
    private double Scale => Math.Sqrt((double)_output.Weight.shape[1] / _heads);

    /// <summary>Puts the parts' answers together: [M, H, N/M·T, d/H] to [N, T, d].</summary>
    private Tensor Output(Tensor answers, long words) => _output.call(answers.transpose(1, 2).reshape(-1, words, _output.Weight.shape[1]));

    private static Tensor Gather(Tensor queries, KeysAndValues attended) => queries.reshape(attended.Rows, -1, queries.shape[2]);

    /// <summary>The weights of each head, [H, d/H, d].</summary>
    private Tensor OfHeads(HeadLinear layer) => layer.Weight.reshape(_heads, -1, layer.Weight.shape[1]);

    /// <summary>[H, R, n, d/H] to [R, n, d].</summary>
    private static Tensor Joined(Tensor parts) => parts.permute(1, 2, 0, 3).flatten(2, 3);

    /// <summary>[N, T, d] to [N, H, T, d/H].</summary>
    private Tensor Split(Tensor values) => values.reshape(values.shape[0], values.shape[1], _heads, -1).transpose(1, 2);
}
