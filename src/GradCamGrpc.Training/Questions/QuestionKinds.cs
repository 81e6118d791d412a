namespace GradCamGrpc.Training.Questions;

/// <summary>Kinds of questions in words.</summary>
public static class QuestionKinds
{
    /// <summary>What reports call a kind.</summary>
    public static string Name(this QuestionKind kind) => kind switch
    {
        QuestionKind.Thing => "thing",
        QuestionKind.Count => "count",
        QuestionKind.Colour => "color",
        QuestionKind.Action => "action",
        _ => "yes or no",
    };
}
