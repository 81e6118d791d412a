namespace GradCamGrpc.Training.Questions;

/// <summary>What a word tells of a photo.</summary>
public enum WordSort
{
    /// <summary>A word that the lexicon lacks, or an adjective.</summary>
    Other,

    /// <summary>A thing, an animal, a person or a place.</summary>
    Noun,

    /// <summary>What somebody does.</summary>
    Verb,

    /// <summary>A color.</summary>
    Colour,

    /// <summary>A word that holds the sentence together, such as a, in, and, is: nothing of the photo can be pointed at for it.</summary>
    Function,
}
