namespace GradCamGrpc.Training.Questions;

/// <summary>
/// Statements that are surely true or surely false of a photo. "is there a dog ?" is true where two captions name a dog, and false where no
/// caption has it or a word that may mean it or goes with it (the section [absence] of the lexicon); of people, also where four captions tell
/// of one person, and by a word for another (the section [others]). "is the dog running ?" is true where the
/// captions agree on it, and false where they agree on another deed that excludes it and none says it. "is the dog black ?" is true where
/// they agree on the color, and false where they agree on another and none names this one.
/// </summary>
internal static class YesNoQuestions
{
    private const int CaptionsForPresence = 2;
    private const int CaptionsForAbsence = 4;

    private static readonly string[] AskedColours = ["black", "white", "brown", "red", "blue", "green", "yellow", "orange", "pink", "purple"];

    /// <summary>The statements of a photo.</summary>
    public static IEnumerable<QuestionCandidate> Of(PhotoReading photo) =>
        Presence(photo).Concat(Deeds(photo)).Concat(Colours(photo)).DistinctBy(pair => pair.Question)
            .Select(pair => new QuestionCandidate(QuestionKind.YesNo, pair.Question, pair.IsTrue ? "yes" : "no"));

    private static IEnumerable<(string Question, bool IsTrue)> Presence(PhotoReading photo)
    {
        foreach (var (concept, others) in photo.Lexicon.Absences)
        {
            var noun = photo.Lexicon.Nouns[concept];
            var question = noun.Category == NounCategory.Place && concept is "snow" or "water"
                ? $"is there {concept} ?"
                : $"is there {(concept[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "an" : "a")} {concept} ?";
            var naming = photo.Captions.Count(caption => caption.Mentions.Any(mention => mention.IsClear && mention.Concept == concept));
            if (naming >= CaptionsForPresence)
                yield return (question, true);
            else if (photo.Captions.Count >= CaptionsForAbsence && (IsSomebodyElse(photo, concept) || !MayShow(photo, concept, others)))
                yield return (question, false);
        }
    }

    /// <summary>All captions tell of one person, at least four call him by a name, and that is another than the one asked for.</summary>
    private static bool IsSomebodyElse(PhotoReading photo, string concept) =>
        photo.Human is { IsMany: false, Concept: var name } human
        && human.Mentions.Count(mention => mention.Concept == name) >= CaptionsForAbsence
        && photo.Lexicon.ExcludedPeople.Contains((name, concept))
        && !photo.Concepts.Contains(concept)
        && !photo.HasOnlookers;

    private static bool MayShow(PhotoReading photo, string concept, string[] others) =>
        photo.Concepts.Contains(concept)
        || Array.Exists(others, photo.Concepts.Contains)
        || photo.Words.Any(word => word.Contains(concept, StringComparison.Ordinal)
            || Array.Exists(others, other => other.Length > 3 ? word.StartsWith(other, StringComparison.Ordinal) : word == other));

    private static IEnumerable<(string Question, bool IsTrue)> Deeds(PhotoReading photo)
    {
        foreach (var subject in photo.Subjects)
        {
            if (ActionQuestions.Agreed(subject, photo.Lexicon) is not { } verb)
                continue;
            yield return (Question(subject, verb), true);
            foreach (var (_, other) in photo.Lexicon.Exclusions.Where(pair => pair.Verb == verb))
            {
                if (!photo.Words.Any(word => photo.Lexicon.Verbs.GetValueOrDefault(word)?.Verb == other))
                    yield return (Question(subject, other), false);
            }
        }
    }

    private static string Question(Subject subject, string verb) => $"{subject.Is} the {subject.Word} {WordForms.Ing(verb)} ?";

    private static IEnumerable<(string Question, bool IsTrue)> Colours(PhotoReading photo)
    {
        var named = photo.Words.Select(word => photo.Lexicon.Colours.GetValueOrDefault(word)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var fact in ColourQuestions.Facts(photo))
        {
            yield return ($"{fact.Is} {fact.Thing} {fact.Colour} ?", true);
            foreach (var other in AskedColours.Where(colour => !named.Contains(colour)))
                yield return ($"{fact.Is} {fact.Thing} {other} ?", false);
        }
    }
}
