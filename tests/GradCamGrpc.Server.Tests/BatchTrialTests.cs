using GradCamGrpc.Batching;
using GradCamGrpc.Server.Inference;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests;

public sealed class BatchTrialTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Run_EverySizeDownToOne_LargestFirst()
    {
        var sizes = new List<int>();
        var trial = new BatchTrial(new BatchSizes(12), _time);

        trial.Run(size =>
        {
            sizes.Add(size);
            _time.Advance((10 + size) * Millisecond);
        });

        Assert.Equal([12, 6, 3, 1], sizes);
        Assert.Equal([new BatchTiming(1, 11 * Millisecond), new BatchTiming(3, 13 * Millisecond), new(6, 16 * Millisecond), new(12, 22 * Millisecond)], trial.Timings);
    }

    [Fact]
    public void RunFor_SomeRunsAreDisturbed_TheQuickestCounts()
    {
        var runs = 0;
        var trial = new BatchTrial(new BatchSizes(2), _time);

        trial.RunFor(size => _time.Advance(size * (runs++ % 3 == 0 ? 50 : 10) * Millisecond), 1000 * Millisecond);

        Assert.Equal([new BatchTiming(1, 10 * Millisecond), new(2, 20 * Millisecond)], trial.Timings);
    }

    /// <summary>Batches of 4, 2 and 1 take 400, 200 and 100 ms: after 700 ms the small ones run until all have had 400, and the budget ends within the last of them.</summary>
    [Fact]
    public void RunFor_TimeIsUp_NoFurtherBatchBegins()
    {
        var start = _time.GetTimestamp();
        var trial = new BatchTrial(new BatchSizes(4), _time);

        trial.RunFor(size => _time.Advance(size * 100 * Millisecond), 1150 * Millisecond);

        Assert.Equal(1200 * Millisecond, _time.GetElapsedTime(start));
        Assert.Equal([new BatchTiming(1, 100 * Millisecond), new(2, 200 * Millisecond), new(4, 400 * Millisecond)], trial.Timings);
    }

    [Fact]
    public void RunFor_SmallBatchesAreQuicker_AllSizesRunForTheSameTime()
    {
        var runs = new List<int>();
        var trial = new BatchTrial(new BatchSizes(4), _time);

        trial.RunFor(
            size =>
            {
                runs.Add(size);
                _time.Advance(size * 100 * Millisecond);
            },
            2400 * Millisecond);

        Assert.Equal([4, 2, 1], runs.Take(3));
        Assert.Equal([(1, 8), (2, 4), (4, 2)], runs.CountBy(size => size).OrderBy(count => count.Key).Select(count => (count.Key, count.Value)));
    }

    /// <summary>The run before may have been a size's first, which takes longer: all must be measured alike.</summary>
    [Fact]
    public void RunFor_LargestTakesTheWholeTime_TheOthersRunToo()
    {
        var isWarm = false;
        var trial = new BatchTrial(new BatchSizes(4), _time);
        void Take(int size) => _time.Advance((size * 100 + (isWarm ? 0 : 500)) * Millisecond);
        trial.Run(Take);
        isWarm = true;

        trial.RunFor(Take, 400 * Millisecond);

        Assert.Equal([new BatchTiming(1, 100 * Millisecond), new(2, 200 * Millisecond), new(4, 400 * Millisecond)], trial.Timings);
    }
}
