namespace GradCamGrpc.Server.Telemetry;

/// <summary>What the host and its calls log.</summary>
internal static partial class HostLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "Serving gRPC on {Address}")]
    public static partial void Serving(this ILogger logger, Uri address);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Draining: no new calls, accepted ones are answered")]
    public static partial void Draining(this ILogger logger);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "{Method} failed")]
    public static partial void CallFailed(this ILogger logger, Exception fault, string method);
}
