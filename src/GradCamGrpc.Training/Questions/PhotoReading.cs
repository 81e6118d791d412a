namespace GradCamGrpc.Training.Questions;

/// <summary>What the captions of a photo agree on.</summary>
internal sealed class PhotoReading
{
    private const string Person = "person";
    private const int CaptionsForHumans = 3;
    private const int CaptionsForOne = 2;

    private static readonly string[] KindsOfPeople = ["man", "woman", "boy", "girl", "baby"];

    private PhotoReading(PhotoCaptions photo, Lexicon lexicon)
    {
        var captions = photo.Captions.Select(caption => CaptionReader.Read(caption, lexicon)).ToArray();
        Image = photo.Image;
        Captions = captions;
        Lexicon = lexicon;
        Human = FindHuman();
        Subjects = [.. Human is null ? FindPeople() : [Human], .. FindAnimals()];
        WordsByCaption = [.. photo.Captions.Select(caption => CaptionWords.Written(caption).ToHashSet(StringComparer.Ordinal))];
        Words = WordsByCaption.SelectMany(words => words).ToHashSet(StringComparer.Ordinal);
        Concepts = captions.SelectMany(caption => caption.Mentions).Select(mention => mention.Concept).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The photo's file name.</summary>
    public string Image { get; }

    /// <summary>Its captions.</summary>
    public IReadOnlyList<CaptionReading> Captions { get; }

    /// <summary>The words that the captions were read with.</summary>
    public Lexicon Lexicon { get; }

    /// <summary>
    /// The one person, or the one group of people, that all captions tell of, but for onlookers; null where they tell of several, or differ.
    /// </summary>
    public Subject? Human { get; }

    /// <summary>
    /// The person or people, else the one man, woman, boy, girl or baby among others who are none; each animal of which there is one, or one
    /// group.
    /// </summary>
    public IReadOnlyList<Subject> Subjects { get; }

    /// <summary>The words of each caption, as they are written.</summary>
    public IReadOnlyList<HashSet<string>> WordsByCaption { get; }

    /// <summary>The words of all captions, as they are written.</summary>
    public HashSet<string> Words { get; }

    /// <summary>All nouns of the captions, in the singular, by the words that answers use for them.</summary>
    public HashSet<string> Concepts { get; }

    /// <summary>A caption tells of onlookers: there are more people than those who act.</summary>
    public bool HasOnlookers => Concepts.Contains("onlooker");

    /// <summary>Reads the captions of a photo.</summary>
    public static PhotoReading Of(PhotoCaptions photo, Lexicon lexicon) => new(photo, lexicon);

    /// <summary>
    /// The mentions of a thing, at most one of a caption, where no caption can mean several or another; none where one can.
    /// </summary>
    public IReadOnlyList<Mention> Only(string concept)
    {
        var mentions = new List<Mention>();
        foreach (var caption in Captions)
        {
            var here = caption.Mentions.Where(mention => mention.Concept == concept).ToArray();
            if (here.Length == 0)
                continue;
            if (here.Length > 1 || !here[0].IsClear || here[0].IsMany && here[0].Noun.CanBeOne || here[0].IsMany && here[0].Number is not null)
                return [];
            mentions.Add(here[0]);
        }
        return mentions.Exists(mention => mention.IsMany != mentions[0].IsMany) ? [] : mentions;
    }

    private Subject? FindHuman()
    {
        var telling = Captions.Where(caption => caption.Mentions.Any(IsActor)).ToArray();
        if (telling.Length < CaptionsForHumans || telling.Any(caption => caption.HasOthers))
            return null;
        var humans = telling.Select(caption => caption.Mentions.Where(IsActor).ToArray()).ToArray();
        if (humans.Any(here => here.Length > 1) || humans.Count(here => here[0].IsClear) < CaptionsForHumans)
            return null;
        telling = [.. telling.Where((_, i) => humans[i][0].IsClear)];
        humans = [.. humans.Where(here => here[0].IsClear)];
        var mentions = humans.Select(here => here[0]).ToArray();
        if (mentions.All(mention => mention.Number == 1))
            return SubjectOf(NameOfOne(mentions), isMany: false, telling, mentions);
        if (mentions.All(mention => mention.Number != 1) && mentions.Count(mention => mention.IsMany) >= 2)
            return SubjectOf(NameOfMany(mentions), isMany: true, telling, mentions);
        return null;
    }

    private static bool IsActor(Mention mention) => mention is { IsHuman: true, IsOnlooker: false };

    /// <summary>
    /// What at least two captions call the person and no other contradicts; a boy is a child too, and where three captions say man, one may
    /// say boy.
    /// </summary>
    private static string NameOfOne(Mention[] mentions)
    {
        var names = mentions.Select(mention => mention.Concept).Where(name => name != Person).ToList();
        if (names.Exists(name => name is "boy" or "girl"))
            names.RemoveAll(name => name is "child");
        var counts = names.CountBy(name => name).OrderByDescending(entry => entry.Value).ToArray();
        return counts switch
        {
            [{ Value: >= 2 } name] => name.Key,
            [{ Value: >= 3 } name, { Value: 1 } other] when IsSameSex(name.Key, other.Key) => name.Key,
            _ => Person,
        };
    }

    private static bool IsSameSex(string name, string other) =>
        name is "man" or "boy" && other is "man" or "boy" || name is "woman" or "girl" && other is "woman" or "girl";

    private static string NameOfMany(Mention[] mentions)
    {
        var names = mentions.Where(mention => mention.Noun.Category == NounCategory.Person).Select(mention => mention.Concept).ToArray();
        return names.Length == mentions.Length && names.All(name => name == names[0]) ? names[0] : Person;
    }

    /// <summary>Of "a man and a girl", each; not where a caption says people, or children, who may be among them.</summary>
    private IEnumerable<Subject> FindPeople()
    {
        var humans = Captions.SelectMany(caption => caption.Mentions).Where(IsActor).ToArray();
        return humans.All(mention => mention is { IsClear: true, Number: 1 } && KindsOfPeople.Contains(mention.Concept))
            ? humans.Select(mention => mention.Concept).Distinct().Select(Find).OfType<Subject>()
            : [];
    }

    private IEnumerable<Subject> FindAnimals() => Captions
        .SelectMany(caption => caption.Mentions)
        .Where(mention => mention.Noun.Category == NounCategory.Animal && mention.Concept != "animal")
        .Select(mention => mention.Concept)
        .Distinct()
        .Select(Find)
        .OfType<Subject>();

    /// <summary>The one of a kind, or the one group of it; null where a caption tells of another, or of them by the by.</summary>
    private Subject? Find(string concept)
    {
        var telling = Captions.Where(caption => caption.Mentions.Any(mention => mention.Concept == concept)).ToArray();
        var mentions = telling.Select(caption => caption.Mentions.Where(mention => mention.Concept == concept).ToArray()).ToArray();
        if (telling.Length < CaptionsForOne || telling.Any(caption => caption.HasOthers) || mentions.Any(here => here.Length > 1 || !here[0].IsClear))
            return null;
        var isMany = mentions[0][0].IsMany;
        return mentions.All(here => here[0].IsMany == isMany && (isMany || here[0].Number == 1))
            ? SubjectOf(concept, isMany, telling, [.. mentions.Select(here => here[0])])
            : null;
    }

    private Subject SubjectOf(string concept, bool isMany, CaptionReading[] captions, Mention[] mentions) => new(
        isMany ? Lexicon.Plural(concept) : concept,
        concept,
        isMany,
        captions,
        mentions,
        [.. captions.Select((caption, i) => caption.Deeds.Where(deed => deed.Subject == mentions[i]).ToArray())],
        [.. captions.Select((caption, i) => caption.Worn.Where(worn => worn.Wearer == mentions[i]).ToArray())]);
}
