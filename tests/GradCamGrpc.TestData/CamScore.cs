namespace GradCamGrpc.TestData;

/// <summary>The score of a <see cref="CamCase"/>.</summary>
public sealed record CamScore(string Kind, int ClassIndex, int? OtherClassIndex);
