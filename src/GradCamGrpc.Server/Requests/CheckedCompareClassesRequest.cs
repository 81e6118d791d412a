namespace GradCamGrpc.Server.Requests;

/// <summary>A request to compare what was found with what is there, checked.</summary>
/// <param name="Question">Three maps: of the class that is found, of the true one, and of the one rather than the other.</param>
/// <param name="TrueClass">The true class's index.</param>
internal sealed record CheckedCompareClassesRequest(CheckedExplainRequest Question, int TrueClass)
{
    /// <summary>The index of the target that asks why the class that is found.</summary>
    public const int Predicted = 0;

    /// <summary>The index of the target that asks why the true class.</summary>
    public const int True = 1;

    /// <summary>The index of the target that asks why the class that is found rather than the true one.</summary>
    public const int Contrast = 2;
}
