namespace GradCamGrpc.Training.Questions;

/// <summary>Chooses yes-no questions so that each is answered yes as often as no over all photos.</summary>
internal static class YesNoBalance
{
    /// <summary>
    /// Takes the questions that few photos can answer first; of the photos that can, those that have the fewest questions so far.
    /// </summary>
    /// <param name="candidates">The questions that each photo can answer.</param>
    /// <param name="limit">How many questions a photo has at most.</param>
    /// <param name="random">Decides between photos that are equally good.</param>
    /// <returns>The questions of each photo.</returns>
    public static IReadOnlyList<IReadOnlyList<QuestionCandidate>> Choose(
        IReadOnlyList<QuestionCandidate[]> candidates, int limit, Random random)
    {
        var chosen = candidates.Select(_ => new List<QuestionCandidate>()).ToArray();
        var questions = candidates
            .SelectMany((here, photo) => here.Select(candidate => (Photo: photo, Candidate: candidate)))
            .GroupBy(entry => entry.Candidate.Question, StringComparer.Ordinal)
            .Select(group => group.ToLookup(entry => entry.Candidate.Answer, StringComparer.Ordinal))
            .OrderBy(answers => Math.Min(answers["yes"].Count(), answers["no"].Count()));
        foreach (var answers in questions)
        {
            var yes = Free(answers["yes"]);
            var no = Free(answers["no"]);
            foreach (var (photo, candidate) in yes.Zip(no).SelectMany(pair => new[] { pair.First, pair.Second }))
                chosen[photo].Add(candidate);
        }
        return chosen;

        (int Photo, QuestionCandidate Candidate)[] Free(IEnumerable<(int Photo, QuestionCandidate Candidate)> entries)
        {
            var free = entries.Where(entry => chosen[entry.Photo].Count < limit).ToArray();
            random.Shuffle(free);
            return [.. free.OrderBy(entry => chosen[entry.Photo].Count)];
        }
    }
}
