using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>A call that ended otherwise than it should.</summary>
/// <param name="Name">What was asked.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Detail">And what was said about it.</param>
internal sealed record SoakFault(string Name, StatusCode Status, string Detail);
