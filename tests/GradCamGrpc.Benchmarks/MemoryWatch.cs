namespace GradCamGrpc.Benchmarks;

/// <summary>Reads this process's resident memory each second, from its making until it is asked for the readings.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PeriodicTimer _ticks = new(Interval);
    private readonly Task<List<double>> _readings;

    public MemoryWatch() => _readings = ReadAsync();

    /// <summary>Ends it.</summary>
    /// <returns>MiB, one reading at least.</returns>
    public async Task<IReadOnlyList<double>> StopAsync()
    {
        Dispose();
        return await _readings;
    }

    public void Dispose() => _ticks.Dispose();

    private async Task<List<double>> ReadAsync()
    {
        var readings = new List<double>();
        do
            readings.Add(Environment.WorkingSet / 1048576.0);
        while (await _ticks.WaitForNextTickAsync());
        return readings;
    }
}
