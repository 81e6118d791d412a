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
    public Tensor Attend(Tensor input, KeysAndValues attended, Tensor? mask = null)
    {
        var queries = Split(Gather(_query.call(input), attended));                          // [M, H, N/M·T, d/H]
        var answers = nn.functional.scaled_dot_product_attention(queries, attended.Keys, attended.Values, mask);
        return _output.call(answers.transpose(1, 2).reshape(input.shape));
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

    /// <summary>[N, T, d] to [N, H, T, d/H].</summary>
    private Tensor Split(Tensor values) => values.reshape(values.shape[0], values.shape[1], _heads, -1).transpose(1, 2);
}
