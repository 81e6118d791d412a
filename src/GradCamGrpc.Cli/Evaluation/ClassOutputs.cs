using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What a network says of one image: the probabilities and places that its server would tell.</summary>
/// <param name="logits">An output a class.</param>
internal sealed class ClassOutputs(float[] logits)
{
    private readonly double[] _probabilities = Ranking.Softmax(logits);

    /// <summary>Whether every output is a finite number.</summary>
    public bool IsFinite { get; } = logits.All(float.IsFinite);

    /// <summary>The class of the largest output; of equal ones the first.</summary>
    public int First { get; } = Ranking.Top(logits, 1)[0];

    /// <summary>A class's share of the softmax, 0 to 1.</summary>
    public double Probability(int classIndex) => _probabilities[classIndex];

    /// <summary>A class's place among all, 1 for the first; of equal outputs the lower index comes first.</summary>
    public int Rank(int classIndex) => Ranking.RankOf(logits, classIndex);
}
