namespace GradCamGrpc.Server.Video;

/// <summary>The settings of a stream, checked.</summary>
/// <param name="Choice">Which frames are answered.</param>
/// <param name="FrameDeadline">How long after its arrival a frame's answer is worth something; null for ever.</param>
/// <param name="Explainer">Answers them.</param>
internal sealed record VideoPlan(FrameChoice Choice, TimeSpan? FrameDeadline, IFrameExplainer Explainer);
