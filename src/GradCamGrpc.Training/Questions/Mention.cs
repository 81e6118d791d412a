namespace GradCamGrpc.Training.Questions;

/// <summary>A noun in a caption, with the words before it that belong to it.</summary>
/// <param name="Start">The phrase's first word.</param>
/// <param name="Head">The noun.</param>
/// <param name="Noun">What it means.</param>
/// <param name="IsMany">It is a plural.</param>
/// <param name="Number">How many there are; null where nobody said.</param>
/// <param name="Colour">Its color; null where none or several are named.</param>
/// <param name="IsColoured">A color, several, or a word such as striped is named.</param>
/// <param name="IsDefinite">The phrase starts with "the", or with the word for its owner: it may have been named before.</param>
/// <param name="IsClear">
/// The noun is the thing itself, not a part of another's name such as the dog of a dog sled; its words were all understood.
/// </param>
internal sealed record Mention(
    int Start, int Head, NounForm Noun, bool IsMany, int? Number, string? Colour, bool IsColoured, bool IsDefinite, bool IsClear)
{
    /// <summary>The word that questions and answers use for it, in the singular.</summary>
    public string Concept => Noun.Concept;

    /// <summary>Those who watch: they are seldom those whom a caption is about.</summary>
    public bool IsOnlooker => Concept == "onlooker";

    /// <summary>It is a person, or several.</summary>
    public bool IsHuman => Noun.Category is NounCategory.Person or NounCategory.Crowd;
}
