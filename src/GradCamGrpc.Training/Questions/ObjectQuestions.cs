namespace GradCamGrpc.Training.Questions;

/// <summary>
/// Questions that things, animals, people and places answer. Captions that answer a question must agree; one is enough where it says what
/// somebody does to a thing, two must name a place, a sport or the person, and three the animal.
/// </summary>
internal static class ObjectQuestions
{
    private const string Person = "person";

    private static readonly HashSet<string> Transitive =
    [
        "hold", "carry", "ride", "play", "kick", "throw", "catch", "hit", "chase", "eat", "drink", "read", "climb", "push", "pull", "drive", "fetch",
        "retrieve", "chew", "lick", "bite", "watch", "cross", "approach", "pet", "feed", "cook", "fly", "sweep", "shoot", "smoke", "dribble",
    ];

    private static readonly HashSet<string> Prepositions = ["on", "in", "through", "over", "into", "down", "up", "along", "across", "onto", "under",
        "near", "by", "beside", "behind", "at", "towards",
        "toward", "around", "next-to", "in-front-of", "against", "past"];

    private static readonly HashSet<string> Headwear = ["hat", "cap", "helmet", "headband", "bandanna", "wig", "swimcap"];

    /// <summary>The questions of a photo.</summary>
    public static IEnumerable<QuestionCandidate> Of(PhotoReading photo) =>
        photo.Subjects.SelectMany(subject => OfSubject(photo, subject)).Concat(Who(photo)).Concat(Animal(photo)).Concat(Sport(photo))
            .Select(pair => new QuestionCandidate(QuestionKind.Thing, pair.Question, pair.Answer));

    private static IEnumerable<(string Question, string Answer)> OfSubject(PhotoReading photo, Subject subject)
    {
        var the = $"the {subject.Word}";
        foreach (var deeds in subject.Deeds.SelectMany(deeds => deeds).Where(IsAsked).GroupBy(deed => (deed.Verb, Preposition: PrepositionOf(deed))))
        {
            var doing = $"{WordForms.Ing(deeds.Key.Verb)} {deeds.Key.Preposition.Replace('-', ' ')}".TrimEnd();
            if (Agreed(photo, deeds.Select(deed => deed.Object!)) is { } thing)
                yield return ($"what {subject.Is} {the} {doing} ?", thing);
        }

        var worn = subject.Worn.SelectMany(worn => worn.Select(item => item.Clothing)).ToArray();
        if (!subject.IsMany && Agreed(photo, worn.Where(clothing => Headwear.Contains(clothing.Concept))) is { } headwear)
            yield return ($"what is on the {subject.Owner} head ?", headwear);
        if (worn.Length >= 2 && Agreed(photo, worn) is { } clothes)
            yield return ($"what {subject.Is} {the} wearing ?", clothes);
        if (subject is { IsMany: false, IsAnimal: true }
            && Agreed(photo, subject.Captions.SelectMany(caption => caption.InMouth)) is { } held)
            yield return ($"what is in the {subject.Owner} mouth ?", held);
        if (Place(subject) is { } place)
            yield return ($"where {subject.Is} {the} ?", place);
    }

    private static bool IsAsked(Deed deed) => deed.Object is { IsClear: true, IsHuman: false } thing
        && (PrepositionOf(deed).Length == 0
            ? Transitive.Contains(deed.Verb) && thing.Noun.Category != NounCategory.Clothing
            : Prepositions.Contains(deed.Preposition) && thing.Noun.Category is NounCategory.Thing or NounCategory.Place);

    private static string PrepositionOf(Deed deed) =>
        deed is { Verb: "ride", Preposition: "on" } or { Verb: "chase", Preposition: "after" } ? "" : deed.Preposition;

    private static string? Agreed(PhotoReading photo, IEnumerable<Mention> things)
    {
        var all = things.ToArray();
        if (all.Length == 0 || all.Any(thing => thing.Concept != all[0].Concept || thing.IsMany != all[0].IsMany))
            return null;
        // What is a plural in itself, such as pants, has no other that the lexicon knows.
        var plural = photo.Lexicon.Plural(all[0].Concept);
        return all[0].IsMany && photo.Lexicon.Nouns.ContainsKey(plural) ? plural : all[0].Concept;
    }

    /// <summary>The place that at least two captions name behind in, on, at or through, and more than name another.</summary>
    private static string? Place(Subject subject)
    {
        var places = subject.Captions
            .SelectMany(caption => caption.Mentions
                .Where(mention => mention.IsClear && mention.Noun.Category == NounCategory.Place
                    && mention.Start > 0 && caption.Words[mention.Start - 1].Text is "in" or "on" or "at" or "through")
                .Select(mention => mention.Concept)
                .Distinct())
            .CountBy(place => place)
            .OrderByDescending(entry => entry.Value)
            .ToArray();
        return places.Length > 0 && places[0].Value >= 2 && places.Skip(1).All(entry => entry.Value < places[0].Value) ? places[0].Key : null;
    }

    private static IEnumerable<(string Question, string Answer)> Who(PhotoReading photo)
    {
        if (photo.Human is not { IsMany: false, Concept: not Person } human)
            yield break;
        if (!photo.HasOnlookers)
            yield return ("who is in the picture ?", human.Word);
        foreach (var deed in human.Deeds.SelectMany(deeds => deeds).Where(IsAsked).DistinctBy(deed => deed.Verb))
        {
            var thing = deed.Object!;
            if (thing.Noun.Category is NounCategory.Thing or NounCategory.Animal && !thing.IsMany)
                yield return ($"who is {WordForms.Ing(deed.Verb)} {(deed.Preposition.Replace('-', ' ') + " the").TrimStart()} {thing.Concept} ?", human.Word);
        }
        if (ActionQuestions.Agreed(human, photo.Lexicon) is { } verb)
            yield return ($"who is {WordForms.Ing(verb)} ?", human.Word);
    }

    private static IEnumerable<(string Question, string Answer)> Animal(PhotoReading photo)
    {
        var animals = photo.Captions
            .SelectMany(caption => caption.Mentions.Where(mention => mention.Noun.Category == NounCategory.Animal).DistinctBy(mention => mention.Concept))
            .Where(mention => mention.Concept != "animal")
            .ToArray();
        if (animals.Length >= 3 && animals.All(animal => animal.IsClear && animal.Concept == animals[0].Concept))
            yield return ("what animal is in the picture ?", animals[0].Concept);
    }

    private static IEnumerable<(string Question, string Answer)> Sport(PhotoReading photo)
    {
        var sports = photo.WordsByCaption.SelectMany(words => words.Where(photo.Lexicon.Sports.Contains)).CountBy(sport => sport).ToArray();
        if (sports is [{ Value: >= 2 } sport] && !photo.Concepts.Contains("dog"))
            yield return ("what sport is this ?", sport.Key);
    }
}
