namespace GradCamGrpc.Server.Telemetry;

/// <summary>What a server logs on its way to its end.</summary>
internal static partial class DrainLog
{
    [LoggerMessage(EventId = 300, Level = LogLevel.Information, Message = "Draining: no new calls, accepted ones are answered: {Calls} calls, with {Photos} photos of streams")]
    public static partial void Draining(this ILogger logger, int calls, int photos);

    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "Drained after {Elapsed}: every accepted call is answered")]
    public static partial void Drained(this ILogger logger, TimeSpan elapsed);

    [LoggerMessage(EventId = 302, Level = LogLevel.Error, Message = "Cut off after {Elapsed} of draining: {Calls} accepted calls are not answered, with {Photos} photos of streams")]
    public static partial void CutOff(this ILogger logger, TimeSpan elapsed, int calls, int photos);
}
