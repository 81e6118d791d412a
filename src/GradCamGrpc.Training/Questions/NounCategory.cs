namespace GradCamGrpc.Training.Questions;

/// <summary>What a noun of the lexicon stands for.</summary>
internal enum NounCategory
{
    /// <summary>One human.</summary>
    Person,

    /// <summary>Several humans, of a number that nobody said.</summary>
    Crowd,

    /// <summary>An animal.</summary>
    Animal,

    /// <summary>What is worn.</summary>
    Clothing,

    /// <summary>A thing with a color of its own.</summary>
    Thing,

    /// <summary>Where one may be.</summary>
    Place,

    /// <summary>What one may play.</summary>
    Sport,
}
