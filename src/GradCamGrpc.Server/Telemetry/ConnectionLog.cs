namespace GradCamGrpc.Server.Telemetry;

/// <summary>What is logged of connections.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "New connections get the certificate {Subject}, which expires at {Expiry:u}")]
    public static partial void CertificateTaken(this ILogger logger, string subject, DateTimeOffset expiry);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error,
        Message = "The files of TLS are of no use, and the certificate {Subject}, which expires at {Expiry:u}, stays: {Fault}")]
    public static partial void CertificateRefused(this ILogger logger, Exception? unforeseen, string fault, string subject, DateTimeOffset expiry);

    [LoggerMessage(EventId = 402, Level = LogLevel.Warning, Message = "A client's certificate {Subject} is refused: {Reasons}")]
    public static partial void ClientRefused(this ILogger logger, string subject, string reasons);
}
