namespace GradCamGrpc.Server.Inference;

/// <summary>Reads classes off a row of logits.</summary>
internal static class Ranking
{
    /// <summary>The indices of the k largest logits, the largest first; of equal ones the lower index first, and what is no number last.</summary>
    /// <param name="logits">The logits.</param>
    /// <param name="k">How many, 1 at least.</param>
    public static int[] Top(ReadOnlySpan<float> logits, int k)
    {
        // In front is the least of them: of thousands of classes hardly any come past it.
        var top = new PriorityQueue<int, (float Logit, int Precedence)>();
        for (var index = 0; index < logits.Length; index++)
        {
            if (top.Count < k)
                top.Enqueue(index, (logits[index], -index));
            else if (logits[index].CompareTo(logits[top.Peek()]) > 0)
                top.DequeueEnqueue(index, (logits[index], -index));
        }
        var indices = new int[top.Count];
        for (var place = indices.Length - 1; place >= 0; place--)
            indices[place] = top.Dequeue();
        return indices;
    }

    /// <summary>The place of a class in the order of <see cref="Top"/>, from 1.</summary>
    public static int RankOf(float[] logits, int index)
    {
        var rank = 1;
        for (var other = 0; other < logits.Length; other++)
        {
            if (logits[other] > logits[index] || (logits[other] == logits[index] && other < index))
                rank++;
        }
        return rank;
    }

    /// <summary>The softmax of the logits.</summary>
    public static double[] Softmax(ReadOnlySpan<float> logits)
    {
        var probabilities = new double[logits.Length];
        double largest = float.NegativeInfinity;
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);

        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++)
            sum += probabilities[i] = Math.Exp(logits[i] - largest);
        for (var i = 0; i < logits.Length; i++)
            probabilities[i] /= sum;
        return probabilities;
    }

    /// <summary>The natural logarithm of a class's softmax; finite where the softmax itself is too small for a number.</summary>
    public static double LogProbability(float[] logits, int index)
    {
        double largest = logits.Max();
        return logits[index] - largest - Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
    }
}
