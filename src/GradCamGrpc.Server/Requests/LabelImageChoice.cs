using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Requests;

/// <summary>How maps are drawn together, checked.</summary>
/// <param name="Rule">Never unspecified.</param>
/// <param name="Threshold">The share of each map's maximum from which on a pixel counts, 0 to 1.</param>
internal sealed record LabelImageChoice(LabelRule Rule, double Threshold);
