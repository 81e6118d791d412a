using System.Globalization;

namespace GradCamGrpc.Server.Http;

/// <summary>How long a call as JSON may take: the header is gRPC's own, which gRPC's calls have from their clients.</summary>
internal static class CallTimeout
{
    public const string Header = "grpc-timeout";

    /// <summary>The specification of gRPC has no longer numbers.</summary>
    private const int MaxDigits = 8;

    /// <summary>What is longer is as good as none; timers hold no more than 49 days.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>In seconds.</summary>
    private static readonly Dictionary<char, double> Units = new()
    {
        ['H'] = 3600,
        ['M'] = 60,
        ['S'] = 1,
        ['m'] = 1e-3,
        ['u'] = 1e-6,
        ['n'] = 1e-9,
    };

    /// <summary>What the header's value has to be.</summary>
    public static string Wanted => $"a whole number of up to {MaxDigits} digits and a unit: {string.Join(", ", Units.Keys)} (from hours to nanoseconds; m is milliseconds), such as 30S";

    /// <summary>Reads how long a call may take.</summary>
    /// <param name="request">The call.</param>
    /// <param name="timeout">The time; null where the call says none.</param>
    /// <returns>Whether the header, if it is there, is a time.</returns>
    public static bool TryRead(HttpRequest request, out TimeSpan? timeout)
    {
        timeout = null;
        if (request.Headers[Header] is not { Count: > 0 } values)
            return true;
        var said = values.ToString();
        if (said.Length is 0 or > MaxDigits + 1
            || !Units.TryGetValue(said[^1], out var unit)
            || !int.TryParse(said.AsSpan(0, said.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }
        var time = TimeSpan.FromSeconds(count * unit);
        timeout = time <= Longest ? time : null;
        return true;
    }
}
