namespace GradCamGrpc.Training.Answers;

/// <summary>What a head sees while it answers: how much an answer owes to the photo shows in the difference.</summary>
public enum Eyes
{
    /// <summary>The photo that the question is about.</summary>
    Open,

    /// <summary>Nothing.</summary>
    Closed,

    /// <summary>Another photo: the one a third of all photos further on.</summary>
    Elsewhere,
}
