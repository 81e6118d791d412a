namespace GradCamGrpc.Training.Questions;

/// <summary>The forms of a verb that captions are written in.</summary>
internal enum VerbTense
{
    /// <summary>run</summary>
    Base,

    /// <summary>runs</summary>
    ThirdPerson,

    /// <summary>running</summary>
    Ing,
}
