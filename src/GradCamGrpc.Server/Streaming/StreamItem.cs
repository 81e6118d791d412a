using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Streaming;

/// <summary>A message of a stream that is to be answered.</summary>
/// <param name="Index">Its place among such messages, from 0.</param>
/// <param name="Message">The message; it need not be right.</param>
/// <param name="Lane">Where its answer goes.</param>
internal sealed record StreamItem(
    long Index, ClassificationServiceExplainStreamRequest Message, Outbox<ClassificationServiceExplainStreamResponse>.Lane Lane);
