namespace GradCamGrpc.Server.Inference;

/// <summary>A photo about which the network is asked something of the caller's own.</summary>
/// <param name="inspect">Asks, and yields what comes of it. It is run through on a thread of the model's workers.</param>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal sealed class InspectionRequest<TItem>(Func<InspectedPhoto, IEnumerable<TItem>> inspect, CancellationToken cancellation)
    : StreamingRequest<TItem>(cancellation), IInspection
{
    public void Run(InspectedPhoto photo)
    {
        foreach (var item in inspect(photo))
            Ready(item);
    }
}
