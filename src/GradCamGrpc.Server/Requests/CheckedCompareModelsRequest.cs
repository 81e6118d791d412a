namespace GradCamGrpc.Server.Requests;

/// <summary>A request to compare models, checked.</summary>
/// <param name="Questions">One map of each model; where the class is not known yet, only the first question has its target.</param>
/// <param name="IsClassKnown">Whether the class was named; else it is the first model's most probable one.</param>
/// <param name="Plan">What is measured of each map.</param>
internal sealed record CheckedCompareModelsRequest(
    IReadOnlyList<CheckedExplainRequest> Questions, bool IsClassKnown, MeasurePlan Plan);
