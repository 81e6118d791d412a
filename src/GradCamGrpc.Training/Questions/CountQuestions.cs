using System.Globalization;

namespace GradCamGrpc.Training.Questions;

/// <summary>
/// "how many dogs are there ?", of animals, people, and people of a kind; of things where there are several. All captions that say how many
/// say the same. A number above one needs two captions that say it; one needs three, and no caption that can mean several.
/// </summary>
internal static class CountQuestions
{
    private static readonly string[] Kinds = ["man", "woman", "boy", "girl", "child"];

    /// <summary>The questions of a photo.</summary>
    public static IEnumerable<QuestionCandidate> Of(PhotoReading photo)
    {
        if (!photo.HasOnlookers && Agreed(photo, mention => mention.IsHuman) is { } people)
            yield return Candidate("people", people);
        foreach (var kind in Kinds.Where(photo.Concepts.Contains))
        {
            // Two people are not two men, but two men are two people: who is called by the kind nowhere else may be one of it.
            if (Agreed(photo, mention => mention.Concept == kind) is > 1 and var count && OnlyHumansAre(photo, kind))
                yield return Candidate(photo.Lexicon.Plural(kind), count);
        }
        foreach (var subject in photo.Subjects.Where(subject => subject.IsAnimal))
        {
            if (Agreed(photo, mention => mention.Concept == subject.Concept) is { } animals)
                yield return Candidate(photo.Lexicon.Plural(subject.Concept), animals);
        }
        foreach (var thing in photo.Concepts.Where(concept => photo.Lexicon.Nouns[concept].Category == NounCategory.Thing))
        {
            if (Agreed(photo, mention => mention.Concept == thing) is > 1 and var count)
                yield return Candidate(photo.Lexicon.Plural(thing), count);
        }
    }

    private static bool OnlyHumansAre(PhotoReading photo, string kind) =>
        photo.Captions
            .SelectMany(caption => caption.Mentions)
            .Where(mention => mention.IsHuman)
            .All(mention => mention.Concept == kind || mention.Concept == "person");

    private static int? Agreed(PhotoReading photo, Func<Mention, bool> isCounted)
    {
        var telling = photo.Captions.Where(caption => caption.Mentions.Any(isCounted)).ToArray();
        if (telling.Any(caption => caption.HasOthers))
            return null;
        var totals = telling.Select(caption => Total(caption.Mentions.Where(isCounted))).ToArray();
        var known = totals.OfType<int>().ToArray();
        if (known.Length < 2 || known.Any(total => total != known[0]))
            return null;
        return known[0] > 1 || known.Length == totals.Length && known.Length >= 3 ? known[0] : null;
    }

    /// <summary>How many a caption tells of; null where it does not say, or may name one twice.</summary>
    private static int? Total(IEnumerable<Mention> mentions)
    {
        var total = 0;
        foreach (var mention in mentions)
        {
            if (!mention.IsClear || mention.Number is not { } number || mention.IsDefinite && total > 0)
                return null;
            total += number;
        }
        return total;
    }

    private static QuestionCandidate Candidate(string things, int count) =>
        new(QuestionKind.Count, $"how many {things} are there ?", count.ToString(CultureInfo.InvariantCulture));
}
