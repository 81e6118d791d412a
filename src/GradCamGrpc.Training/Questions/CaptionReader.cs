namespace GradCamGrpc.Training.Questions;

/// <summary>
/// Reads captions by a few rules of English, without a grammar: a noun phrase is a noun of the lexicon with the adjectives, colors, number and
/// determiner before it; who does something stands before the verb, with nothing but what he wears or has between. What the rules do not
/// cover is left out, and marked where others would be counted or compared with it.
/// </summary>
internal sealed class CaptionReader
{
    private readonly Lexicon _lexicon;
    private readonly CaptionWord[] _words;
    private readonly List<Mention> _mentions = [];
    private readonly List<Deed> _deeds = [];
    private readonly List<Worn> _worn = [];

    private CaptionReader(string caption, Lexicon lexicon)
    {
        _lexicon = lexicon;
        _words = CaptionWords.Of(caption, lexicon);
    }

    /// <summary>Reads a caption.</summary>
    public static CaptionReading Read(string caption, Lexicon lexicon) => new CaptionReader(caption, lexicon).Read();

    private CaptionReading Read()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if (_words[i].Role == WordRole.Noun && !NamesTheNext(i))
                _mentions.Add(MentionAt(i));
        }
        foreach (var subject in _mentions.Where(CanAct))
            ReadSubject(subject);
        return new CaptionReading(_words, _mentions, _deeds, _worn, [.. _mentions.Where(IsInMouth)], HasOthers());
    }

    private WordRole RoleAt(int i) => i >= 0 && i < _words.Length ? _words[i].Role : WordRole.Mark;

    private string TextAt(int i) => i >= 0 && i < _words.Length ? _words[i].Text : "";

    /// <summary>The group of a group of dogs, the retriever of a retriever puppy, the boy of a boy skateboarder: who follows is meant.</summary>
    private bool NamesTheNext(int i)
    {
        var noun = _words[i].Noun!;
        return noun.Category == NounCategory.Crowd && TextAt(i + 1) is "of"
            || noun.CanBeOne && RoleAt(i + 1) == WordRole.Noun && _words[i + 1].Noun is var next
                && (noun.Concept == next!.Concept && noun.Category == NounCategory.Animal
                    || noun.Category == NounCategory.Person && next.Category == NounCategory.Person);
    }

    private Mention MentionAt(int head)
    {
        var start = PhraseStart(head);
        var noun = _words[head].Noun!;
        var phrase = _words[start..head];
        var first = TextAt(start);
        var number = phrase.Where(word => word.Role == WordRole.Number).Select(word => (int?)_lexicon.Numbers[word.Text]).FirstOrDefault();
        var isSingle = first is "a" or "an" or "another" or "each" || number == 1;
        var isMany = noun.CanBeMany && !isSingle && (!noun.CanBeOne || number > 1);
        var contradicts = isSingle && !noun.CanBeOne || number > 1 && !noun.CanBeMany;
        var isUnsaid = noun.CanBeOne && noun.CanBeMany && !isSingle && number is null;
        var colours = phrase.Where(word => word.Role == WordRole.Colour).Select(word => _lexicon.Colours.GetValueOrDefault(word.Text)).ToArray();
        return new Mention(
            start,
            head,
            noun,
            isMany,
            noun.Category == NounCategory.Crowd || isUnsaid ? null : isMany ? number : 1,
            colours is [{ } colour] && !HasColouredParts(head) ? colour : null,
            colours.Length > 0 || HasColouredParts(head),
            phrase.Any(word => word.Text is "the" or "his" or "her" or "its" or "their" or "this" or "that"),
            !contradicts && IsHead(head) && !phrase.Any(word => IsOtherBeing(word, noun)));
    }

    /// <summary>A person in an animal's phrase, or the other way round: a sign that the phrase was not understood.</summary>
    private static bool IsOtherBeing(CaptionWord word, NounForm noun) =>
        word.Noun is { Category: NounCategory.Person or NounCategory.Animal } being && being.Category != noun.Category;

    /// <summary>"A dog with brown spots" is not all of one color.</summary>
    private bool HasColouredParts(int head) =>
        TextAt(head + 1) is "with"
        && Enumerable.Range(head + 2, 3).TakeWhile(i => RoleAt(i) != WordRole.Noun).Any(i => RoleAt(i) == WordRole.Colour)
        && !Enumerable.Range(head + 2, 4).Any(i => i < _words.Length && _words[i].Noun?.Category is NounCategory.Clothing or NounCategory.Thing);

    private int PhraseStart(int head)
    {
        var start = head;
        while (start > 0)
        {
            var role = RoleAt(start - 1);
            if (role is WordRole.Determiner or WordRole.Number)
            {
                start--;
                if (role == WordRole.Determiner)
                    return start;
            }
            else if (role is WordRole.Colour or WordRole.Unknown or WordRole.Modifier
                || role == WordRole.Noun && start == head
                || JoinsAdjectives(start - 1))
            {
                start--;
            }
            else
            {
                return start;
            }
        }
        return start;
    }

    /// <summary>A black and white dog; a small, brown dog.</summary>
    private bool JoinsAdjectives(int i) =>
        TextAt(i) is "and" && RoleAt(i - 1) == WordRole.Colour && RoleAt(i + 1) == WordRole.Colour
        || TextAt(i) is "," && RoleAt(i - 1) is WordRole.Colour or WordRole.Unknown && RoleAt(i + 1) is WordRole.Colour or WordRole.Unknown;

    /// <summary>The noun is not a part of another's name, and nothing unknown follows that could be the rest of its name.</summary>
    private bool IsHead(int i) => RoleAt(i + 1) switch
    {
        WordRole.Noun or WordRole.Owner or WordRole.Modifier => false,
        WordRole.Unknown => LooksLikeVerb(i + 1),
        _ => true,
    };

    /// <summary>An unknown word that ends like a verb and stands before what follows verbs.</summary>
    private bool LooksLikeVerb(int i)
    {
        var text = TextAt(i);
        var followsUp = RoleAt(i + 1) is WordRole.Preposition or WordRole.Determiner or WordRole.Adverb or WordRole.Pronoun;
        return text.EndsWith("ing", StringComparison.Ordinal) && RoleAt(i + 1) != WordRole.Noun
            || text.EndsWith("ed", StringComparison.Ordinal)
            || text[^1] == 's' && followsUp;
    }

    private static bool CanAct(Mention mention) => mention.IsClear && (mention.IsHuman || mention.Noun.Category == NounCategory.Animal);

    /// <summary>Of "a man with a dog runs" and "a man holding a dog runs", the dog does not run.</summary>
    private bool IsBesideAnother(Mention subject) =>
        RoleAt(subject.Start - 1) is WordRole.Preposition or WordRole.Verb && TextAt(subject.Start - 1) is not "of";

    /// <summary>Reads what stands behind a subject: what he wears or has, then what he does.</summary>
    private void ReadSubject(Mention subject)
    {
        // Of "a man and a woman walk", the woman alone does not walk.
        var isJoined = TextAt(subject.Start - 1) is "and" || TextAt(subject.Head + 1) is "and";
        var next = subject.Head + 1;
        var throughThing = false;
        if (RoleAt(next) == WordRole.Pronoun && TextAt(next) is "who" or "that" or "which")
            next++;
        else if (IsBesideAnother(subject))
            return;
        if (TextAt(next) is "in" && RoleAt(next + 1) == WordRole.Colour && RoleAt(next + 2) is WordRole.Verb or WordRole.Auxiliary)
            next += 2;
        while (WearingAt(next) is > 0 and var length)
        {
            if (MentionFrom(next + length) is not { IsClear: true } had)
                return;
            throughThing = had.Noun.Category != NounCategory.Clothing;
            if (had.IsHuman || had.Noun.Category == NounCategory.Animal)
                return;
            next = AddWorn(subject, had);
            if (TextAt(next) is "," or "and" && (WearingAt(next + 1) > 0 || RoleAt(next + 1) == WordRole.Verb))
                next++;
        }
        if (!isJoined || subject.IsMany)
            ReadDeed(subject, next, throughThing);
    }

    /// <summary>How many words say that somebody wears or has what follows; 0 where none do.</summary>
    private int WearingAt(int i)
    {
        var start = i;
        if (RoleAt(i) == WordRole.Auxiliary)
            i++;
        var length = TextAt(i) switch
        {
            "wearing" or "wears" or "wear" => 1,
            "in" or "with" when i == start => 1,
            "dressed" when TextAt(i + 1) is "in" => 2,
            _ => 0,
        };
        return length == 0 ? 0 : i - start + length;
    }

    /// <returns>The word behind all that is worn.</returns>
    private int AddWorn(Mention subject, Mention had)
    {
        var next = had.Head + 1;
        if (had.Noun.Category != NounCategory.Clothing)
            return next;
        _worn.Add(new Worn(subject, had));
        var more = TextAt(next) is "and" or "," ? TextAt(next + 1) is "and" ? next + 2 : next + 1 : next;
        return more > next && MentionFrom(more) is { IsClear: true, Noun.Category: NounCategory.Clothing } another
            ? AddWorn(subject, another)
            : next;
    }

    private Mention? MentionFrom(int start) => _mentions.Find(mention => mention.Start == start && mention.IsClear);

    private void ReadDeed(Mention subject, int next, bool throughThing)
    {
        while (RoleAt(next) == WordRole.Adverb)
            next++;
        var hasAuxiliary = TextAt(next) is "is" or "are";
        if (hasAuxiliary)
        {
            next++;
            while (RoleAt(next) == WordRole.Adverb)
                next++;
        }
        if (RoleAt(next) != WordRole.Verb)
            return;

        var verb = _words[next].Verb!;
        var fits = verb.Tense switch
        {
            VerbTense.Ing => hasAuxiliary || !throughThing,
            VerbTense.ThirdPerson => !hasAuxiliary && !subject.IsMany,
            _ => !hasAuxiliary && subject.IsMany,
        };
        if (!fits)
            return;
        var (deed, end) = DeedAt(subject, verb.Verb, next + 1);
        _deeds.Add(deed);
        // "is sitting holding a ball", "stands on a rock and looks", "rides while wearing a hat"
        if (TextAt(end) is "and" or "while" && RoleAt(end + 1) == WordRole.Verb)
            end++;
        if (WearingAt(end) is > 0 and var length && TextAt(end) is not ("in" or "with"))
        {
            if (MentionFrom(end + length) is { } worn)
                AddWorn(subject, worn);
        }
        else if (RoleAt(end) == WordRole.Verb && _words[end].Verb is var second && (second!.Tense == verb.Tense || second.Tense == VerbTense.Ing))
        {
            _deeds.Add(DeedAt(subject, second.Verb, end + 1).Deed);
        }
    }

    private (Deed Deed, int End) DeedAt(Mention subject, string verb, int next)
    {
        while (RoleAt(next) == WordRole.Adverb && RoleAt(next + 1) is WordRole.Preposition)
            next++;
        var preposition = "";
        if (RoleAt(next) == WordRole.Preposition || RoleAt(next) == WordRole.Adverb && TextAt(next) is "up" or "down")
            preposition = TextAt(next++);
        if (MentionFrom(next) is not { } thing)
            return (new Deed(subject, verb, preposition, null), next);
        var end = thing.Head + 1;
        return (new Deed(subject, verb, preposition, TextAt(end) is "of" or "and" && RoleAt(end + 1) != WordRole.Verb ? null : thing), end);
    }

    /// <summary>A ball in its mouth.</summary>
    private bool IsInMouth(Mention mention) =>
        mention.IsClear
        && TextAt(mention.Head + 1) is "in"
        && RoleAt(mention.Head + 2) == WordRole.Determiner
        && TextAt(mention.Head + 3) is "mouth" or "mouths";

    /// <summary>A number, "another" or "other" outside of every noun phrase; a color behind "a", as in "a black and a white dog".</summary>
    private bool HasOthers()
    {
        var covered = _mentions.SelectMany(mention => Enumerable.Range(mention.Start, mention.Head - mention.Start + 1)).ToHashSet();
        return Enumerable.Range(0, _words.Length).Any(i => !covered.Contains(i)
            && (RoleAt(i) == WordRole.Number && TextAt(i + 1) is not "another"
                || TextAt(i) is "another" && TextAt(i - 1) is not "one"
                || TextAt(i) is "other" && TextAt(i - 1) is not "each"
                || RoleAt(i) == WordRole.Colour && RoleAt(i - 1) == WordRole.Determiner));
    }
}
