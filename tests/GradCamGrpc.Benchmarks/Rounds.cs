using System.Diagnostics;

namespace GradCamGrpc.Benchmarks;

/// <summary>
/// Times several things in turn, round after round, and each second round backwards, so that a drift of the machine touches all of them alike.
/// </summary>
internal sealed class Rounds
{
    /// <summary>
    /// So many rounds warm up what is to be timed as a server runs it for days: .NET compiles a method anew that was called thirty times, and once
    /// more, for good, after thirty calls that it has watched.
    /// </summary>
    public const int UntilCompiled = 100;

    private const int WarmUps = 3;

    private readonly List<(string Name, Action Run, List<double> Milliseconds)> _subjects = [];

    public void Add(string name, Action run) => _subjects.Add((name, run, []));

    /// <param name="warmUps">Rounds that do not count.</param>
    /// <param name="rounds">Rounds that count.</param>
    public void Run(int warmUps, int rounds)
    {
        for (var round = -warmUps; round < rounds; round++)
        {
            foreach (var (_, run, milliseconds) in round % 2 == 0 ? _subjects : _subjects.AsEnumerable().Reverse())
            {
                var start = Stopwatch.GetTimestamp();
                run();
                if (round >= 0)
                    milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
    }

    /// <summary>The median time of a subject, in milliseconds.</summary>
    public double Median(string name) => Median(Times(name));

    /// <summary>The median over the rounds of one subject's time divided by another's.</summary>
    public double Ratio(string name, string other) => Median(Times(name).Zip(Times(other), (a, b) => a / b));

    /// <summary>In each round the time of several subjects together divided by another's.</summary>
    public IReadOnlyList<double> Shares(IReadOnlyList<string> names, string whole) =>
        [.. Times(whole).Select((time, round) => names.Sum(name => Times(name)[round]) / time)];

    /// <summary>The median time of some calls of one thing, in milliseconds.</summary>
    public static double MedianOf(int calls, Action call)
    {
        for (var i = 0; i < WarmUps; i++)
            call();
        return Median(Enumerable.Range(0, calls).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            call();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }));
    }

    private List<double> Times(string name) => _subjects.Single(subject => subject.Name == name).Milliseconds;

    /// <summary>The median of values.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
