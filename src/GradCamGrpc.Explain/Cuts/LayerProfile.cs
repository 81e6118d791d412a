namespace GradCamGrpc.Explain.Cuts;

/// <summary>What one look at a network told about a layer.</summary>
/// <param name="Layer">Its name and size.</param>
/// <param name="Pool">
/// The layer that averages this one's output over all positions and through which everything behind it passes, where there is one.
/// There the gradient of a position is the gradient of the average divided by h·w, exactly and for every position.
/// </param>
internal sealed record LayerProfile(CutLayer Layer, string? Pool);
