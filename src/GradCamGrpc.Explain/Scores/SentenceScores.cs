using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Scores;

/// <summary>Evaluates one target a row, of sentences.</summary>
public static class SentenceScores
{
    /// <param name="outputs">What speaks for each word at each place, [R, T, V].</param>
    /// <param name="targets">A target for each row.</param>
    /// <returns>The scores, [R].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A target's place or word is none of the outputs', or its link is unknown.</exception>
    public static Tensor Evaluate(Tensor outputs, IReadOnlyList<SentenceTarget> targets)
    {
        var (places, words) = ((int)outputs.shape[1], (int)outputs.shape[2]);
        var picked = new List<Tensor>();
        var shares = new List<Tensor>();
        foreach (var group in targets.Select((target, row) => (Target: target, Row: row)).GroupBy(pair => pair.Target.Link))
        {
            var terms = group.SelectMany(pair => pair.Target.Terms.Select(term => (pair.Row, Term: term))).ToArray();
            var indices = new long[terms.Length];
            var weights = new float[targets.Count, terms.Length];
            for (var i = 0; i < terms.Length; i++)
            {
                var (row, (place, word, weight)) = terms[i];
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)places, nameof(targets));
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)word, (uint)words, nameof(targets));
                indices[i] = ((long)row * places + place) * words + word;
                weights[row, i] = weight;
            }
            picked.Add(ScoreTable.Apply(group.Key, outputs).flatten().index_select(0, tensor(indices, device: outputs.device)));
            shares.Add(tensor(weights).to(outputs.dtype, outputs.device));                              // [R, terms]
        }
        return cat([.. shares], 1).mv(cat([.. picked]));                                                // [R]
    }
}
