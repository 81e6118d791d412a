using GradCamGrpc.Batching;
using Grpc.Core;

namespace GradCamGrpc.Server.Inference;

/// <summary>Who waits for an answer, and until when.</summary>
/// <param name="Client">Who.</param>
/// <param name="Deadline">From when on nobody wants the answer; null for never.</param>
internal readonly record struct Caller(ClientShare Client, DateTimeOffset? Deadline)
{
    public static Caller Of(ServerCallContext context) => new(
        new ClientShare(ClientKey.Of(context)), context.Deadline == DateTime.MaxValue ? null : new DateTimeOffset(context.Deadline));
}
