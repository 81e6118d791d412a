namespace GradCamGrpc.Training.Questions;

/// <summary>Splits captions into words and decides what each of them does.</summary>
internal static class CaptionWords
{
    /// <summary>The words of a caption, in order. Words that the lexicon writes together are one word.</summary>
    public static CaptionWord[] Of(string caption, Lexicon lexicon)
    {
        return Of(Join(Split(caption), lexicon.Compounds), lexicon);
    }

    /// <summary>What each of some words does, in order; none are joined.</summary>
    public static CaptionWord[] Of(IReadOnlyList<string> texts, Lexicon lexicon)
    {
        var words = new List<CaptionWord>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            var next = i + 1 < texts.Count ? texts[i + 1] : "";
            words.Add(Word(texts[i], words.Count > 0 ? words[^1] : null, next, lexicon));
        }
        return [.. words];
    }

    private static CaptionWord Word(string text, CaptionWord? previous, string next, Lexicon lexicon)
    {
        if (!text.Any(char.IsLetterOrDigit))
            return new CaptionWord(text, WordRole.Mark, null, null);
        if (text is "'s")
            return new CaptionWord(text, WordRole.Owner, null, null);
        if (lexicon.Numbers.ContainsKey(text))
            return new CaptionWord(text, WordRole.Number, null, null);
        if (IsColour(text, lexicon))
            return new CaptionWord(text, WordRole.Colour, null, null);

        var noun = lexicon.Nouns.GetValueOrDefault(text);
        var verb = lexicon.Verbs.GetValueOrDefault(text);
        var role = (noun, verb) switch
        {
            (null, null) => lexicon.RoleOf(text),
            (null, { }) => VerbRole(verb, previous, next, lexicon),
            ({ }, null) => WordRole.Noun,
            _ => FollowsItsSubject(previous) ? WordRole.Verb : WordRole.Noun,
        };
        return new CaptionWord(text, role, role == WordRole.Noun ? noun : null, role is WordRole.Verb or WordRole.Modifier ? verb : null);
    }

    private static WordRole VerbRole(VerbForm verb, CaptionWord? previous, string next, Lexicon lexicon)
    {
        if (verb.Tense != VerbTense.Ing)
            return previous?.Role is WordRole.Determiner or WordRole.Number or WordRole.Preposition ? WordRole.Unknown : WordRole.Verb;
        return previous?.Role is WordRole.Determiner or WordRole.Colour or WordRole.Number
            && (lexicon.Nouns.ContainsKey(next) || lexicon.RoleOf(next) == WordRole.Unknown)
            ? WordRole.Modifier
            : WordRole.Verb;
    }

    private static bool FollowsItsSubject(CaptionWord? previous) =>
        previous is { Role: WordRole.Noun, Noun.Category: NounCategory.Person or NounCategory.Crowd or NounCategory.Animal }
            or { Role: WordRole.Adverb or WordRole.Pronoun or WordRole.Auxiliary }
            or { Text: "to" };

    private static bool IsColour(string text, Lexicon lexicon) =>
        lexicon.Colours.ContainsKey(text)
        || lexicon.MixedColours.Contains(text)
        || text.Contains('-', StringComparison.Ordinal) && text.Split('-') is var parts
            && lexicon.Colours.ContainsKey(parts[0]) && parts[^1] is not ("haired" or "shirted" or "clad" or "headed" or "skinned");

    /// <summary>The words of a caption as they are written.</summary>
    public static IEnumerable<string> Written(string caption) => Split(caption);

    /// <summary>Words are runs of letters, digits, hyphens and apostrophes; a possessive 's is a word of its own.</summary>
    private static List<string> Split(string caption)
    {
        var texts = new List<string>();
        foreach (var run in caption.ToLowerInvariant().Split([' ', '\t', '"'], StringSplitOptions.RemoveEmptyEntries))
        {
            var body = run.TrimEnd('.', ',', ';', ':', '!', '?', ')', '(');
            if (body.Length > 2 && body.EndsWith("'s", StringComparison.Ordinal))
                texts.AddRange([body[..^2], "'s"]);
            else if (body.Length > 0)
                texts.Add(body);
            if (body.Length < run.Length)
                texts.Add(run[body.Length..]);
        }
        return texts;
    }

    private static List<string> Join(List<string> texts, Dictionary<string, string> compounds)
    {
        var joined = new List<string>(texts.Count);
        foreach (var text in texts)
        {
            if (joined.Count > 0 && compounds.TryGetValue($"{joined[^1]} {text}", out var compound))
                joined[^1] = compound;
            else
                joined.Add(text);
        }
        return joined;
    }
}
