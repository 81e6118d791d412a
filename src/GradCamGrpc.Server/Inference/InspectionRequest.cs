using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Inference;

/// <summary>A photo about which the network is asked something of the caller's own.</summary>
/// <param name="input">The network's input; the request owns it from here on.</param>
/// <param name="inspect">Asks, and yields what comes of it. It is run through on the model's thread.</param>
/// <param name="deadline">When the client stops waiting; null for never.</param>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal sealed class InspectionRequest<TItem>(
    ModelInput input, Func<InspectedPhoto, IEnumerable<TItem>> inspect, DateTimeOffset? deadline, CancellationToken cancellation)
    : StreamingRequest<TItem>(input, deadline, cancellation), IInspection
{
    public void Run(InspectedPhoto photo)
    {
        foreach (var item in inspect(photo))
            Ready(item);
    }
}
