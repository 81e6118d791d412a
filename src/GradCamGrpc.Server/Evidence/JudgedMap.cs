using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Evidence;

/// <summary>A map to judge.</summary>
/// <param name="TargetIndex">Which of the request's targets asked for it.</param>
/// <param name="ClassIndex">The class whose score it explains; null for that of several classes together.</param>
/// <param name="Score">That score's value.</param>
/// <param name="Heat">One value a position, signed.</param>
/// <param name="Map">The map; null for a baseline.</param>
/// <param name="Baseline">Which baseline; unspecified for a map of the network.</param>
internal sealed record JudgedMap(int TargetIndex, int? ClassIndex, float Score, HeatMap Heat, Explain.SaliencyMap? Map, Baseline Baseline);
