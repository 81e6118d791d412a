using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Heads.Decoding;

/// <summary>Draws each word from the likeliest ones that together have a given share of probability (Holtzman et al. 2020).</summary>
/// <param name="TopP">The share, above 0 and at most 1.</param>
/// <param name="Temperature">Divides the log-probabilities first: below 1 the likely become likelier; above 0.</param>
/// <param name="Seed">The same seed draws the same sentence.</param>
public sealed record NucleusSampling(double TopP, double Temperature, ulong Seed)
{
    /// <summary>Draws a sentence.</summary>
    /// <param name="model">Says what comes next.</param>
    /// <param name="rules">What may come.</param>
    /// <param name="said">Told each word as it is drawn, the end included.</param>
    /// <param name="cancellation">Ends the drawing between two words.</param>
    /// <returns>A whole sentence.</returns>
    public Sentence Draw(ISentenceModel model, DecodingRules rules, Action<int>? said = null, CancellationToken cancellation = default)
    {
        var random = new SeededNumbers(Seed);
        var sentence = Sentence.Empty;
        var latest = Vocabulary.Start;
        while (!sentence.IsWhole)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = model.NextWords([(0, latest)])[0];
            latest = Draw(next, [.. Enumerable.Range(0, next.Length).Where(word => rules.Allow(sentence.Words.Count, word))], random);
            sentence = sentence.With(latest, next[latest]);
            said?.Invoke(latest);
        }
        return sentence;
    }

    private int Draw(float[] next, int[] allowed, SeededNumbers random)
    {
        var highest = allowed.Max(word => next[word]);
        var ranked = allowed
            .Select(word => (Word: word, Weight: Math.Exp((next[word] - highest) / Temperature)))
            .OrderByDescending(pair => pair.Weight)
            .ToArray();
        var share = TopP * ranked.Sum(pair => pair.Weight);
        var nucleus = 1;
        for (var sum = ranked[0].Weight; sum < share && nucleus < ranked.Length; nucleus++)
            sum += ranked[nucleus].Weight;

        var drawn = random.Next() * ranked.Take(nucleus).Sum(pair => pair.Weight);
        foreach (var (word, weight) in ranked.Take(nucleus))
        {
            drawn -= weight;
            if (drawn < 0)
                return word;
        }
        return ranked[nucleus - 1].Word;
    }
}
