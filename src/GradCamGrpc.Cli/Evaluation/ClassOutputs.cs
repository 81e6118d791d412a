namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What a network says of one image.</summary>
/// <param name="Logits">An output a class.</param>
internal sealed record ClassOutputs(ReadOnlyMemory<float> Logits)
{
    /// <summary>The class of the largest output; of equal ones the first.</summary>
    public int First => Logits.Span.IndexOf(Largest);

    private float Largest
    {
        get
        {
            var largest = float.NegativeInfinity;
            foreach (var logit in Logits.Span)
                largest = Math.Max(largest, logit);
            return largest;
        }
    }

    /// <summary>A class's share of the softmax, 0 to 1.</summary>
    public double Probability(int classIndex)
    {
        double largest = Largest, sum = 0;
        foreach (var logit in Logits.Span)
            sum += Math.Exp(logit - largest);
        return Math.Exp(Logits.Span[classIndex] - largest) / sum;
    }

    /// <summary>A class's place among all, 1 for the first; classes of equal outputs share the better place.</summary>
    public int Rank(int classIndex)
    {
        var rank = 1;
        foreach (var logit in Logits.Span)
        {
            if (logit > Logits.Span[classIndex])
                rank++;
        }
        return rank;
    }
}
