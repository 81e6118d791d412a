namespace GradCamGrpc.Server.Inference;

/// <summary>A class and its share in a weighted sum.</summary>
/// <param name="ClassIndex">The class.</param>
/// <param name="Weight">Its weight, as the client gave it.</param>
internal sealed record WeightedTerm(int ClassIndex, double Weight);
