using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>How a call ended.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Messages">The messages that came, each behind five bytes: whether it is compressed, and its length.</param>
internal readonly record struct SpareAnswer(StatusCode Status, ReadOnlyMemory<byte> Messages);
