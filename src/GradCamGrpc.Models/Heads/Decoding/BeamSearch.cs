using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Heads.Decoding;

/// <summary>Looks for the likeliest sentences: of each length it goes on with the few that are best so far. One beam is greedy search.</summary>
/// <param name="Beams">How many; from 1 on.</param>
/// <param name="LengthPenalty">The exponent of the length that a log-probability is divided by (Wu et al. 2016, simplified); 0 favours short sentences.</param>
public sealed record BeamSearch(int Beams, double LengthPenalty)
{
    private readonly record struct Step(int Parent, int Word, float LogProbability, double Total);

    /// <summary>Finds sentences.</summary>
    /// <param name="model">Says what comes next.</param>
    /// <param name="rules">What may come.</param>
    /// <param name="cancellation">Ends the search between two words.</param>
    /// <returns>At most as many as there are beams, all whole, the best first.</returns>
    public IReadOnlyList<Sentence> Find(ISentenceModel model, DecodingRules rules, CancellationToken cancellation = default)
    {
        var whole = new List<Sentence>();
        var open = new List<Sentence> { Sentence.Empty };
        (int Parent, int Word)[] latest = [(0, Vocabulary.Start)];
        while (open.Count > 0 && !IsDecided(whole, open, rules))
        {
            cancellation.ThrowIfCancellationRequested();
            var ranked = Ranked(open, model.NextWords(latest), rules);
            whole.AddRange(ranked.Take(Beams).Where(step => step.Word == Vocabulary.End).Select(step => Extend(open, step)));
            Step[] longer = [.. ranked.Where(step => step.Word != Vocabulary.End).Take(Beams)];
            latest = [.. longer.Select(step => (step.Parent, step.Word))];
            open = [.. longer.Select(step => Extend(open, step))];
        }
        return [.. whole.OrderByDescending(sentence => sentence.Score(LengthPenalty)).Take(Beams)];
    }

    private static Sentence Extend(List<Sentence> open, Step step) => open[step.Parent].With(step.Word, step.LogProbability);

    /// <summary>The best steps of all open sentences, the best first: twice as many as there are beams, since each sentence may come to its end.</summary>
    private Step[] Ranked(List<Sentence> open, IReadOnlyList<float[]> next, DecodingRules rules)
    {
        var best = new PriorityQueue<Step, double>();
        for (var parent = 0; parent < open.Count; parent++)
        {
            var total = open[parent].LogProbability;
            for (var word = 0; word < next[parent].Length; word++)
            {
                if (!rules.Allow(open[parent].Words.Count, word))
                    continue;
                var step = new Step(parent, word, next[parent][word], total + next[parent][word]);
                if (best.Count < 2 * Beams)
                    best.Enqueue(step, step.Total);
                else
                    best.EnqueueDequeue(step, step.Total);
            }
        }
        return [.. best.UnorderedItems.Select(item => item.Element).OrderByDescending(step => step.Total).ThenBy(step => step.Word)];
    }

    /// <summary>Whether no open sentence can win any more: words only lower its log-probability, but length may yet be in its favour.</summary>
    private bool IsDecided(List<Sentence> whole, List<Sentence> open, DecodingRules rules)
    {
        if (whole.Count < Beams)
            return false;
        var worst = whole.Select(sentence => sentence.Score(LengthPenalty)).OrderDescending().ElementAt(Beams - 1);
        var longest = Math.Pow(rules.MaxWords + 1, LengthPenalty);
        return open.All(sentence => sentence.LogProbability / longest <= worst);
    }
}
