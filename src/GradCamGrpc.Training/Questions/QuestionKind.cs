namespace GradCamGrpc.Training.Questions;

/// <summary>What a question asks for; figures are reported by it.</summary>
public enum QuestionKind
{
    /// <summary>A thing, an animal, a person or a place: what others call a question of an object.</summary>
    Thing,

    /// <summary>How many there are; the answer is a number in digits.</summary>
    Count,

    /// <summary>The color of a thing.</summary>
    Colour,

    /// <summary>What somebody does; the answer ends in -ing.</summary>
    Action,

    /// <summary>Whether something is so; the answer is yes or no.</summary>
    YesNo,
}
