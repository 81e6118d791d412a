using GradCamGrpc.Tensors;
using TorchSharp.Modules;
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
    private readonly Linear _query;

    [ComponentName(Name = "key")]
    private readonly Linear _key;

    [ComponentName(Name = "value")]
    private readonly Linear _value;

    [ComponentName(Name = "output")]
    private readonly Linear _output;

    private readonly int _heads;

    public Attention(int width, int heads)
        : base(nameof(Attention))
    {
        _heads = heads;
        _query = nn.Linear(width, width);
        _key = nn.Linear(width, width);
        _value = nn.Linear(width, width);
        _output = nn.Linear(width, width);
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
    public Tensor Attend(Tensor input, KeysAndValues attended, Tensor? mask = null) =>
        Output(Answers(Queries(input, attended), attended, mask), input.shape[1]);

    /// <summary>What the inputs ask, [M, H, N/M·T, d/H].</summary>
    public Tensor Queries(Tensor input, KeysAndValues attended) => Split(Gather(_query.call(input), attended));

    /// <summary>What each part of attention answers, [M, H, N/M·T, d/H].</summary>
    public static Tensor Answers(Tensor queries, KeysAndValues attended, Tensor? mask = null) =>
        nn.functional.scaled_dot_product_attention(queries, attended.Keys, attended.Values, mask);

    /// <summary>Puts the parts' answers together, [N, T, d].</summary>
    /// <param name="answers">[M, H, N/M·T, d/H].</param>
    /// <param name="words">T.</param>
    public Tensor Output(Tensor answers, long words) => _output.call(answers.transpose(1, 2).reshape(-1, words, _output.weight.shape[1]));

    /// <summary>Carries gradients back through <see cref="Output"/>, of one photo's rows.</summary>
    /// <param name="gradients">dScore/dOutput, [R, T, d].</param>
    /// <returns>dScore/dAnswers, [1, H, R·T, d/H].</returns>
    public Tensor AnswerGradient(Tensor gradients) => Split(gradients.matmul(_output.weight).reshape(1, -1, _output.weight.shape[1]));

    /// <summary>What R scores' gradients at answers say of those at the memory that keys and values were made of, of one photo.</summary>
    /// <param name="attended">The keys and values, of one row.</param>
    /// <param name="queries">Those of N rows, [1, H, N·T, d/H]: R, or one that all share.</param>
    /// <param name="ofAnswers">dScore/dAnswers, [1, H, R·T, d/H].</param>
    /// <param name="rows">R.</param>
    /// <returns>
    /// Two factors, [R, S, P] and [R, S, d] with S = H·2·T: Σ over s of their products is dScore/dMemory, [R, P, d]. A query changes the keys
    /// of all places along one vector, and an answer's gradient the values.
    /// </returns>
    public (Tensor Places, Tensor Vectors) MemoryGradient(KeysAndValues attended, Tensor queries, Tensor ofAnswers, long rows)
    {
        var (keys, values) = (attended.Keys.squeeze(0), attended.Values.squeeze(0));             // [H, P, d/H]
        var asked = queries.squeeze(0).Over(Math.Sqrt(queries.shape[3]));                        // [H, N·T, d/H]
        var answered = ofAnswers.squeeze(0);                                                     // [H, R·T, d/H]
        var words = answered.shape[1] / rows;

        var weights = ByWord(asked.matmul(keys.transpose(1, 2)).softmax(-1), words);             // [H, N, T, P]
        var products = ByWord(answered.matmul(values.transpose(1, 2)), words) * weights;         // [H, R, T, P]
        var ofLogits = products - weights * products.sum([-1], keepdim: true);
        var throughKeys = ByWord(asked.matmul(OfHeads(_key)), words);                            // [H, N, T, d]
        var throughValues = ByWord(answered.matmul(OfHeads(_value)), words);                     // [H, R, T, d]
        return (ByRow(ofLogits, weights, rows), ByRow(throughKeys, throughValues, rows));
    }

    /// <summary>The weights of attention, the mean of all heads.</summary>
    /// <returns>[N, T, S]; each row sums to 1.</returns>
    public Tensor Weights(Tensor input, KeysAndValues attended)
    {
        var queries = Split(Gather(_query.call(input), attended));
        var logits = queries.matmul(attended.Keys.transpose(2, 3)).Over(Math.Sqrt(queries.shape[3]));
        var weights = logits.softmax(-1).mean([1]);                                          // [M, N/M·T, S]
        return weights.reshape(input.shape[0], input.shape[1], attended.Places);
    }

    private static Tensor Gather(Tensor queries, KeysAndValues attended) => queries.reshape(attended.Rows, -1, queries.shape[2]);

    /// <summary>The weights of each head, [H, d/H, d].</summary>
    private Tensor OfHeads(Linear layer) => layer.weight.reshape(_heads, -1, layer.weight.shape[1]);

    /// <summary>[H, N·T, n] to [H, N, T, n].</summary>
    private static Tensor ByWord(Tensor values, long words) => values.reshape(values.shape[0], -1, words, values.shape[2]);

    /// <summary>Two of [H, N, T, n] to [R, H·2·T, n].</summary>
    private static Tensor ByRow(Tensor ones, Tensor others, long rows)
    {
        Tensor Rows(Tensor values) => values.transpose(0, 1).expand(rows, -1, -1, -1);
        return cat([Rows(ones), Rows(others)], 2).flatten(1, 2);
    }

    /// <summary>[N, T, d] to [N, H, T, d/H].</summary>
    private Tensor Split(Tensor values) => values.reshape(values.shape[0], values.shape[1], _heads, -1).transpose(1, 2);
}
