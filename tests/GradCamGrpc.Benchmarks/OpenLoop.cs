using System.Diagnostics;
using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>Makes calls at the times of a Poisson process, whatever becomes of those before.</summary>
internal static class OpenLoop
{
    /// <param name="call">A call, which yields its status and the size of its batch.</param>
    /// <param name="perSecond">Calls a second, on average.</param>
    /// <param name="time">How long calls are made.</param>
    /// <param name="seed">Decides the times.</param>
    /// <returns>All of them, in the order of their arrivals, once all have ended.</returns>
    public static async Task<IReadOnlyList<TimedCall>> RunAsync(Func<Task<(StatusCode Status, int Batch)>> call, double perSecond, TimeSpan time, int seed)
    {
        var arrivals = Arrivals(perSecond, time, seed);
        var calls = new Task<TimedCall>[arrivals.Length];

        // On a thread of its own, for those of the pool are busy with the calls that were made before.
        await Task.Factory.StartNew(() => Make(call, arrivals, calls), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await Task.WhenAll(calls);
    }

    private static TimeSpan[] Arrivals(double perSecond, TimeSpan time, int seed)
    {
        var random = new Random(seed);
        var arrivals = new List<TimeSpan>();
        for (var next = Gap(); next < time; next += Gap())
            arrivals.Add(next);
        return [.. arrivals];

        TimeSpan Gap() => TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond);
    }

    private static void Make(Func<Task<(StatusCode Status, int Batch)>> call, TimeSpan[] arrivals, Task<TimedCall>[] calls)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < arrivals.Length; i++)
        {
            // In one sleep: a thread that looks every millisecond takes from the server what it looks for.
            if (arrivals[i] - clock.Elapsed is { Ticks: > 0 } early)
                Thread.Sleep((int)Math.Ceiling(early.TotalMilliseconds));
            calls[i] = MakeAsync(call, arrivals[i], clock);
        }
    }

    private static async Task<TimedCall> MakeAsync(Func<Task<(StatusCode Status, int Batch)>> call, TimeSpan arrival, Stopwatch clock)
    {
        var (status, batch) = await call();
        var outcome = status switch
        {
            StatusCode.OK => CallOutcome.Answered,
            StatusCode.ResourceExhausted => CallOutcome.Refused,
            _ => CallOutcome.Failed,
        };
        return new TimedCall(arrival, clock.Elapsed - arrival, outcome, outcome is CallOutcome.Answered ? batch : 0);
    }
}
