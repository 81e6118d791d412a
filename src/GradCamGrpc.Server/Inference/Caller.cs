using GradCamGrpc.Batching;
using GradCamGrpc.Server.Errors;
using Grpc.Core;

namespace GradCamGrpc.Server.Inference;

/// <summary>Who waits for an answer, and until when.</summary>
/// <remarks>
/// gRPC finds out what it says of a call when it is first asked, on the one thread that may ask. So a call is asked once, before anything of it
/// runs side by side.
/// </remarks>
/// <param name="Client">Who.</param>
/// <param name="Priority">How its requests stand to others that wait.</param>
/// <param name="Deadline">From when on nobody wants the answer; null for never.</param>
internal readonly record struct Caller(ClientShare Client, Priority Priority, DateTimeOffset? Deadline)
{
    /// <exception cref="InvalidRequestException">The call's priority is none.</exception>
    public static Caller Of(ServerCallContext context) => new(
        new ClientShare(ClientKey.Of(context)),
        CallPriority.Of(context),
        context.Deadline == DateTime.MaxValue ? null : new DateTimeOffset(context.Deadline));
}
