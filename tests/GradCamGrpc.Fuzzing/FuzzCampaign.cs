using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace GradCamGrpc.Fuzzing;

/// <summary>Feeds a target with inputs, counts what comes of them, and keeps those that end as none may.</summary>
public sealed class FuzzCampaign : IDisposable
{
    private const int Parts = 5;

    /// <summary>So many that hang, and there is nothing left to run on.</summary>
    private const int MaxHanging = 4;

    private readonly IFuzzTarget _target;
    private readonly FuzzPlan _plan;
    private readonly FileStream _underWay;
    private readonly ConcurrentDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<FuzzFailure> _failures = [];
    private readonly Lock _lock = new();
    private TimeSpan _longest;
    private int _slowest;
    private int _hanging;

    private FuzzCampaign(IFuzzTarget target, FuzzPlan plan)
    {
        _target = target;
        _plan = plan;
        Directory.CreateDirectory(plan.Folder);
        _underWay = new FileStream(Path.Combine(plan.Folder, $"{target.Name}.last"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Runs all cases of a plan.</summary>
    /// <param name="target">What is fed.</param>
    /// <param name="plan">With what.</param>
    /// <param name="tell">Told of failures as they happen, and of each fifth.</param>
    public static async Task<FuzzReport> RunAsync(IFuzzTarget target, FuzzPlan plan, Action<string> tell)
    {
        using var campaign = new FuzzCampaign(target, plan);
        return await campaign.RunAsync(tell);
    }

    /// <inheritdoc />
    public void Dispose() => _underWay.Dispose();

    private async Task<FuzzReport> RunAsync(Action<string> tell)
    {
        var resident = new List<long>();
        var clock = Stopwatch.StartNew();
        for (var part = 0; part < Parts; part++)
        {
            var (first, end) = (_plan.Count * part / Parts, _plan.Count * (part + 1) / Parts);
            await Parallel.ForEachAsync(
                Enumerable.Range(_plan.First + first, end - first),
                new ParallelOptions { MaxDegreeOfParallelism = _plan.Concurrency },
                async (number, _) => await RunAsync(number, tell));
            resident.Add(Resident());
            tell($"{_target.Name}: {end} cases in {clock.Elapsed.TotalSeconds:F0} s, {_failures.Count} failures, {resident[^1] >> 20} MiB resident");
        }
        return new FuzzReport(
            new SortedDictionary<string, int>(_outcomes, StringComparer.Ordinal), [.. _failures], _longest, _slowest, resident[0], resident[^1]);
    }

    private async Task RunAsync(int number, Action<string> tell)
    {
        if (_hanging >= MaxHanging)
            return;

        // A crash of native code ends the process: what is in this file then made it.
        WriteUnderWay(number);
        var input = _target.Make(_plan.RandomOf(number));
        var start = Stopwatch.GetTimestamp();
        string? fault = null;
        try
        {
            var outcome = await Task.Run(() => _target.JudgeAsync(input)).WaitAsync(_plan.Bound);
            _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);
        }
        catch (TimeoutException)
        {
            Interlocked.Increment(ref _hanging);
            fault = $"no end after {_plan.Bound.TotalSeconds:F0} s";
        }
        catch (Exception unexpected)
        {
            fault = unexpected.ToString();
        }
        Note(number, Stopwatch.GetElapsedTime(start));
        if (fault is null)
            return;
        _outcomes.AddOrUpdate("failed", 1, (_, count) => count + 1);
        var failure = new FuzzFailure(_target.Name, _plan.Seed, number, input.Kind, fault, Keep(number, input));
        _failures.Enqueue(failure);
        tell(failure.ToString());
    }

    private void WriteUnderWay(int number)
    {
        var text = Encoding.ASCII.GetBytes($"{_target.Name}, seed {_plan.Seed}, case {number,9}\n");
        lock (_lock)
            RandomAccess.Write(_underWay.SafeFileHandle, text, 0);
    }

    private void Note(int number, TimeSpan elapsed)
    {
        lock (_lock)
        {
            if (elapsed <= _longest)
                return;
            _longest = elapsed;
            _slowest = number;
        }
    }

    private string Keep(int number, FuzzInput input)
    {
        var name = Path.Combine(_plan.Folder, $"{_target.Name}.{_plan.Seed}.{number}");
        for (var i = 0; i < input.Parts.Count; i++)
            File.WriteAllBytes($"{name}.{i}.bin", input.Parts[i]);
        return $"{name}.0.bin";
    }

    /// <summary>Memory that is free but kept for the next photo is no leak, so it is given back first.</summary>
    private static long Resident()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return Environment.WorkingSet;
    }
}
