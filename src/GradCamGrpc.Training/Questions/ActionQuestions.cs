namespace GradCamGrpc.Training.Questions;

/// <summary>
/// "what is the dog doing ?": at least two captions say the same deed of the subject, and no other deed is said as often. Deeds such as
/// looking or taking are none.
/// </summary>
internal static class ActionQuestions
{
    /// <summary>The questions of a photo.</summary>
    public static IEnumerable<QuestionCandidate> Of(PhotoReading photo) =>
        from subject in photo.Subjects
        let verb = Agreed(subject, photo.Lexicon)
        where verb is not null
        select new QuestionCandidate(QuestionKind.Action, $"what {subject.Is} the {subject.Word} doing ?", WordForms.Ing(verb));

    /// <summary>The verb that the captions agree on; null where they do not.</summary>
    public static string? Agreed(Subject subject, Lexicon lexicon)
    {
        var counts = subject.Deeds
            .SelectMany(deeds => deeds.Select(deed => deed.Verb).Where(verb => !lexicon.VagueVerbs.Contains(verb)).Distinct())
            .CountBy(verb => verb)
            .OrderByDescending(entry => entry.Value)
            .ToArray();
        return counts.Length > 0 && counts[0].Value >= 2 && counts.Skip(1).All(entry => entry.Value < counts[0].Value) ? counts[0].Key : null;
    }
}
