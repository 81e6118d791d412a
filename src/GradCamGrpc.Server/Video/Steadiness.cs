namespace GradCamGrpc.Server.Video;

/// <summary>How maps of a video are kept from flickering, and when the network need not be asked.</summary>
/// <param name="SmoothingFactor">See <see cref="SmoothedMap"/>; null where nothing is smoothed.</param>
/// <param name="MotionThreshold">The difference above which smoothing starts anew, 0 to 1.</param>
/// <param name="KeyframeThreshold">The largest difference at which a frame shows the same; null where the network sees every frame.</param>
internal sealed record Steadiness(double? SmoothingFactor, double MotionThreshold, double? KeyframeThreshold);
