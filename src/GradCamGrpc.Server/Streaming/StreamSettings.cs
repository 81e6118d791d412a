using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Streaming;

/// <summary>How a stream of photos is answered, checked.</summary>
/// <param name="IsOrdered">Whether photo after photo, as they were sent.</param>
/// <param name="MaxInFlight">How many photos are in flight at a time.</param>
internal sealed record StreamSettings(bool IsOrdered, int MaxInFlight)
{
    private const int DefaultInFlight = 16;
    private const int MostInFlight = 64;

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    public static StreamSettings Read(ExplainStreamSettings message)
    {
        var faults = new Violations();
        if (!Enum.IsDefined(message.Order))
            faults.Invalid("settings.order", $"{(int)message.Order} is no order");
        var inFlight = message.HasMaxInFlight ? message.MaxInFlight : DefaultInFlight;
        faults.Within("settings.max_in_flight", inFlight, 1, MostInFlight);
        faults.ThrowIfAny();
        return new StreamSettings(message.Order is AnswerOrder.AsSent, inFlight);
    }
}
