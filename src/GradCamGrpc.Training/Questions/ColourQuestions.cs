namespace GradCamGrpc.Training.Questions;

/// <summary>
/// "what color is the dog ?", "what color is the man's shirt ?": of a thing or an animal of which there is one, and of what the one person
/// wears. All captions that name it with a color name the same one and no other; at least two captions name an animal, one is enough for a
/// thing.
/// </summary>
internal static class ColourQuestions
{
    /// <summary>The questions of a photo.</summary>
    public static IEnumerable<QuestionCandidate> Of(PhotoReading photo) =>
        Facts(photo).Select(fact => new QuestionCandidate(QuestionKind.Colour, $"what color {fact.Is} {fact.Thing} ?", fact.Colour));

    /// <summary>The colors that the captions agree on.</summary>
    public static IEnumerable<ColourFact> Facts(PhotoReading photo)
    {
        foreach (var concept in photo.Concepts)
        {
            var mentions = photo.Only(concept);
            if (mentions.Count == 0 || Agreed(mentions) is not { } colour)
                continue;
            var fact = new ColourFact($"the {concept}", mentions[0].IsMany ? "are" : "is", colour);
            if (mentions[0].Noun.Category is NounCategory.Animal or NounCategory.Thing && !mentions[0].IsMany)
                yield return fact;
            else if (mentions[0].Noun.Category == NounCategory.Clothing && Wearer(photo, concept, mentions.Count) is { } wearer)
                yield return fact with { Thing = $"the {wearer.Owner} {concept}" };
        }
    }

    private static string? Agreed(IReadOnlyList<Mention> mentions)
    {
        var coloured = mentions.Where(mention => mention.IsColoured).ToArray();
        var needed = mentions[0].Noun.Category == NounCategory.Animal ? 2 : 1;
        var colour = coloured.Select(mention => mention.Colour).FirstOrDefault();
        return mentions.Count >= needed && coloured.All(mention => mention.Colour == colour) ? colour : null;
    }

    private static Subject? Wearer(PhotoReading photo, string clothing, int mentions)
    {
        var wearers = photo.Subjects
            .Where(subject => subject.Worn.Any(caption => caption.Any(worn => worn.Clothing.Concept == clothing)))
            .ToArray();
        return wearers is [{ IsMany: false } wearer] && wearer.Worn.Sum(worn => worn.Count(item => item.Clothing.Concept == clothing)) == mentions
            ? wearer
            : null;
    }
}
