using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Gradients of R scores at the words of a layer, without those that are zero: no score depends on words behind its own.</summary>
internal sealed class WordGradients
{
    private readonly long[] _shape;
    private readonly Tensor _indices;
    private readonly Tensor _ofRows;

    /// <param name="gradients">dScore/dWord, [R, T, d].</param>
    /// <param name="rowsOfThePass">The rows that the layer ran for: R, or one that all scores share.</param>
    public WordGradients(Tensor gradients, long rowsOfThePass)
    {
        _shape = gradients.shape;
        var flat = gradients.flatten(0, 1);                                                      // [R·T, d]
        _indices = flat.any(1).nonzero().squeeze(1);
        var used = _indices.data<long>().ToArray();
        var belongs = new float[Rows, used.Length];
        Counts = new int[Rows];
        for (var i = 0; i < used.Length; i++)
        {
            var row = (int)(used[i] / _shape[1]);
            belongs[row, i] = 1;
            Counts[row]++;
        }
        _ofRows = tensor(belongs).to(gradients.dtype);
        Words = tensor(used.Select(index => index % (rowsOfThePass * _shape[1])).ToArray());
        Values = flat.index_select(0, _indices);
    }

    /// <summary>R.</summary>
    public int Rows => (int)_shape[0];

    /// <summary>How many of the U gradients each score has: first those of the first one, and so on.</summary>
    public int[] Counts { get; }

    /// <summary>For each of them the word that it is at, counted over all rows of the pass, int64 [U].</summary>
    public Tensor Words { get; }

    /// <summary>[U, d].</summary>
    public Tensor Values { get; }

    /// <summary>Puts values to where the gradients were, and zeros to the other words.</summary>
    /// <param name="values">[U, d].</param>
    /// <returns>[R, T, d].</returns>
    public Tensor Spread(Tensor values) => zeros(_shape, dtype: values.dtype).flatten(0, 1).index_copy(0, _indices, values).reshape(_shape);

    /// <summary>Adds up what each score's gradients have.</summary>
    /// <param name="values">[.., U, n].</param>
    /// <returns>[.., R, n].</returns>
    public Tensor SumByRow(Tensor values) => _ofRows.matmul(values);
}
