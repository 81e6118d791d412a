using System.Globalization;

namespace GradCamGrpc.Training.Questions;

/// <summary>The words that the reader of captions knows: the resource <c>Lexicon.txt</c>, whose comments say what its sections hold.</summary>
internal sealed class Lexicon
{
    private static readonly (string Section, WordRole Role)[] ClosedClasses =
    [
        ("determiners", WordRole.Determiner),
        ("prepositions", WordRole.Preposition),
        ("particles", WordRole.Adverb),
        ("joining", WordRole.Joining),
        ("auxiliaries", WordRole.Auxiliary),
        ("pronouns", WordRole.Pronoun),
        ("adverbs", WordRole.Adverb),
    ];

    private readonly Dictionary<string, string[]> _sections;
    private readonly Dictionary<string, string> _irregular;
    private readonly Dictionary<string, WordRole> _closed = new(StringComparer.Ordinal);

    private Lexicon(string text)
    {
        _sections = Sections(text);
        _irregular = Pairs("irregular");
        foreach (var (section, role) in ClosedClasses)
        {
            foreach (var word in Words(section))
                _closed.TryAdd(word, role);
        }
        foreach (var category in Enum.GetValues<NounCategory>())
        {
            foreach (var (concept, synonyms) in Entries(category.ToString().ToLowerInvariant()))
                AddNoun(concept, synonyms, category);
        }
        foreach (var (verb, synonyms) in Entries("verbs"))
            AddVerb(verb, synonyms);
        ExcludedPeople = [.. Entries("others").SelectMany(entry => entry.Others.Select(other => (entry.Word, other)))];
        foreach (var (first, others) in Entries("exclusive"))
            Exclusions.UnionWith(others.SelectMany(other => new[] { (first, other), (other, first) }));
    }

    /// <summary>The lexicon that this program carries.</summary>
    public static Lexicon Default { get; } = new(ReadResource());

    /// <summary>Nouns as they are written, in singular and plural.</summary>
    public Dictionary<string, NounForm> Nouns { get; } = new(StringComparer.Ordinal);

    /// <summary>Verbs as they are written.</summary>
    public Dictionary<string, VerbForm> Verbs { get; } = new(StringComparer.Ordinal);

    /// <summary>Numbers by their words.</summary>
    public Dictionary<string, int> Numbers => field ??= Entries("numbers")
        .ToDictionary(entry => entry.Word, entry => int.Parse(entry.Others[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>Colors as they are written, and the word that answers use.</summary>
    public Dictionary<string, string> Colours => field ??= Entries("colors")
        .SelectMany(entry => entry.Others.Append(entry.Word).Select(word => (word, entry.Word)))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>Words after which nothing sure is said of a whole thing's color.</summary>
    public HashSet<string> MixedColours => field ??= [.. Words("mixed")];

    /// <summary>Words written apart that are one word of the lexicon, or of none.</summary>
    public Dictionary<string, string> Compounds => field ??= Pairs("compounds");

    /// <summary>Sports that are played.</summary>
    public HashSet<string> Sports => field ??= [.. Words("sports")];

    /// <summary>Verbs that are no answer to what somebody is doing.</summary>
    public HashSet<string> VagueVerbs => field ??= [.. Words("vague")];

    /// <summary>Pairs of verbs that are never true of somebody at once.</summary>
    public HashSet<(string Verb, string Other)> Exclusions { get; } = [];

    /// <summary>What one person is called, and what he or she is not.</summary>
    public HashSet<(string Name, string Other)> ExcludedPeople { get; }

    /// <summary>Concepts whose absence may be claimed, and the beginnings of the words that must be missing too.</summary>
    public Dictionary<string, string[]> Absences => field ??= Entries("absence")
        .ToDictionary(entry => entry.Word, entry => entry.Others, StringComparer.Ordinal);

    /// <summary>The role of a word that is neither noun, verb, number nor color; <see cref="WordRole.Unknown"/> where the lexicon lacks it.</summary>
    public WordRole RoleOf(string word) =>
        _closed.TryGetValue(word, out var role) ? role
        : word.EndsWith("ly", StringComparison.Ordinal) ? WordRole.Adverb
        : WordRole.Unknown;

    /// <summary>The plural of a noun.</summary>
    public string Plural(string noun) => _irregular.GetValueOrDefault(noun) ?? WordForms.Plural(noun);

    private void AddNoun(string concept, string[] synonyms, NounCategory category)
    {
        foreach (var word in synonyms.Prepend(concept))
        {
            var plural = Plural(word);
            // What is worn in pairs, and places such as stairs, have a plural alone.
            var isPlural = category is NounCategory.Clothing or NounCategory.Place
                && word[^1] == 's' && !word.EndsWith("ss", StringComparison.Ordinal);
            Nouns[word] = new NounForm(concept, category, !isPlural, isPlural || plural == word);
            if (!isPlural)
                Nouns.TryAdd(plural, new NounForm(concept, category, plural == word, true));
        }
    }

    private void AddVerb(string verb, string[] synonyms)
    {
        foreach (var word in synonyms.Prepend(verb))
        {
            Verbs[word] = new VerbForm(verb, VerbTense.Base);
            Verbs[WordForms.ThirdPerson(word)] = new VerbForm(verb, VerbTense.ThirdPerson);
            Verbs[WordForms.Ing(word)] = new VerbForm(verb, VerbTense.Ing);
        }
    }

    private IEnumerable<string> Words(string section) => _sections[section].SelectMany(line => line.Split(' '));

    private IEnumerable<(string Word, string[] Others)> Entries(string section) =>
        _sections[section].Select(line => line.Split(':')).Select(cells =>
            (cells[0], cells.Length > 1 ? cells[1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : []));

    private Dictionary<string, string> Pairs(string section) =>
        _sections[section].Select(line => line.Split(" = ")).ToDictionary(cells => cells[0], cells => cells[1], StringComparer.Ordinal);

    private static Dictionary<string, string[]> Sections(string text)
    {
        var sections = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var lines = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '[')
                sections.Add(line[1..^1], lines = []);
            else if (line[0] == '+')
                lines[^1] += line[1..];
            else if (line[0] != '#')
                lines.Add(line);
        }
        return sections.ToDictionary(section => section.Key, section => section.Value.ToArray(), StringComparer.Ordinal);
    }

    private static string ReadResource()
    {
        const string name = "GradCamGrpc.Training.Questions.Lexicon.txt";
        using var resource = typeof(Lexicon).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the resource {name} is missing");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
