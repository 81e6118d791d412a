using GradCamGrpc.Explain;

namespace GradCamGrpc.Server.Inference;

/// <summary>A map as it comes from the model.</summary>
/// <param name="TargetIndex">Which of the request's targets asked for it.</param>
/// <param name="ClassIndex">The class whose score it explains; null for that of several classes together.</param>
/// <param name="Map">The map.</param>
/// <param name="Backward">Time from the end of the forward pass until the map was there.</param>
internal sealed record ReadyMap(int TargetIndex, int? ClassIndex, SaliencyMap Map, TimeSpan Backward);
