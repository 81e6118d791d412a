namespace GradCamGrpc.Training.Questions;

/// <summary>What a word does in a caption.</summary>
internal enum WordRole
{
    /// <summary>A word that the lexicon lacks: most likely an adjective or a noun.</summary>
    Unknown,

    /// <summary>A noun of the lexicon.</summary>
    Noun,

    /// <summary>A verb of the lexicon.</summary>
    Verb,

    /// <summary>A verb that describes a noun: the running dog.</summary>
    Modifier,

    /// <summary>A color, or a word such as striped.</summary>
    Colour,

    /// <summary>A number.</summary>
    Number,

    /// <summary>a, the, his, …</summary>
    Determiner,

    /// <summary>in, on, …</summary>
    Preposition,

    /// <summary>and, while, …</summary>
    Joining,

    /// <summary>is, are, …</summary>
    Auxiliary,

    /// <summary>he, who, …</summary>
    Pronoun,

    /// <summary>quickly, up, …</summary>
    Adverb,

    /// <summary>The owner's 's.</summary>
    Owner,

    /// <summary>A full stop, a comma.</summary>
    Mark,
}
