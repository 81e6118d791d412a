using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Benchmarks;

/// <summary>A frame that was sent, and what became of it.</summary>
/// <param name="Result">What the server says.</param>
/// <param name="Latency">From the sending of the frame to the coming of that.</param>
internal sealed record FilmedFrame(VideoFrameResult Result, TimeSpan Latency);
