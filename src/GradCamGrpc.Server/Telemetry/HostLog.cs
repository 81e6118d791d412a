namespace GradCamGrpc.Server.Telemetry;

/// <summary>What the host and its calls log.</summary>
internal static partial class HostLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "Serving gRPC on {Address}")]
    public static partial void Serving(this ILogger logger, Uri address);

    [LoggerMessage(
        EventId = 205,
        Level = LogLevel.Information,
        Message = "This machine has no libturbojpeg.so.0, so JPEG files take 1.5 to 3 times as long to decode: install libturbojpeg0 (on Ubuntu libturbojpeg)")]
    public static partial void NoTurboJpeg(this ILogger logger);

    [LoggerMessage(
        EventId = 206,
        Level = LogLevel.Information,
        Message = "This program runs without libtcmalloc_minimal.so.4, so that predictions take up to a fourth longer: install libtcmalloc-minimal4 (since Debian 13 and Ubuntu 24.04 libtcmalloc-minimal4t64)")]
    public static partial void NoTcMalloc(this ILogger logger);

    [LoggerMessage(
        EventId = 207,
        Level = LogLevel.Information,
        Message = "The hypervisor keeps back how large the CPU's caches are (CPUID leaf 0x8000001D), so that oneDNN goes by usual sizes")]
    public static partial void CachesGuessed(this ILogger logger);

    [LoggerMessage(
        EventId = 208,
        Level = LogLevel.Warning,
        Message = "The hypervisor keeps back how large the CPU's caches are (CPUID leaf 0x8000001D), and this libtorch has no names of its functions by which oneDNN could be told: it is kept to instructions up to AVX, and networks take about three times as long")]
    public static partial void CachesUnused(this ILogger logger);

    [LoggerMessage(EventId = 203, Level = LogLevel.Information, Message = "{Path} has changed, and says from now on who may call")]
    public static partial void AccessTaken(this ILogger logger, string path);

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "{Path} has changed and is at fault, so that it stays as it was: {Fault}")]
    public static partial void AccessRefused(this ILogger logger, Exception? unforeseen, string path, string fault);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "{Method} failed")]
    public static partial void CallFailed(this ILogger logger, Exception fault, string method);
}
