using System.Diagnostics;
using System.Globalization;

namespace GradCamGrpc.Benchmarks;

/// <summary>Measures from its making on which cores a server takes, whoever loads it from this process, and all that runs beside them.</summary>
/// <param name="server">The server.</param>
internal sealed class CoreClock(ServerProcess server)
{
    private const string StatFile = "/proc/stat";
    private const double TicksPerSecond = 100;

    private readonly long _since = Stopwatch.GetTimestamp();
    private readonly TimeSpan _serverBefore = server.ProcessorTime;
    private readonly TimeSpan _ownBefore = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _allBefore = BusyTime();

    /// <summary>What was taken since then. Others count as 0 where the system does not tell.</summary>
    public CoreUse Read()
    {
        var elapsed = Stopwatch.GetElapsedTime(_since);
        var served = (server.ProcessorTime - _serverBefore) / elapsed;
        var own = (Environment.CpuUsage.TotalTime - _ownBefore) / elapsed;
        return new CoreUse(served, own, Math.Max(0, (BusyTime() - _allBefore) / elapsed - served - own));
    }

    /// <summary>How long all cores together have worked since the machine's start: user, nice, system, irq, softirq and steal, but not idle and iowait.</summary>
    private static TimeSpan BusyTime()
    {
        if (!File.Exists(StatFile))
            return TimeSpan.Zero;
        var ticks = File.ReadLines(StatFile).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8);
        return TimeSpan.FromSeconds(ticks.Where((_, kind) => kind is not (3 or 4)).Sum(value => long.Parse(value, CultureInfo.InvariantCulture)) / TicksPerSecond);
    }
}
