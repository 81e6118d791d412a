using CsCheck;

namespace GradCamGrpc.Batching.Tests;

public sealed class OverloadTests
{
    private const double Capacity = QueueSimulation.Capacity;
    private const double Seconds = 60;

    /// <summary>With twice the capacity, a queue that is empty at first takes a second until it is seen to stand.</summary>
    private const double Settled = 2;

    /// <summary>The smaller the excess the longer it takes: with a quarter more than is answered up to three seconds (seen in 1,000 runs).</summary>
    private const double SettledAtLeastExcess = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Reserve_TwiceTheCapacityComes_TheAdmittedAreAsQuickAsAtNineTenthsAndAsManyAsCanBe(int seed)
    {
        var busy = new QueueSimulation(seed).Open("a", 0.9 * Capacity).Run(Seconds);
        var flooded = new QueueSimulation(seed).Open("a", 2 * Capacity).Run(Seconds);

        Assert.InRange(flooded.P99(from: Settled) / busy.P99(from: Settled), 0, 1.5);
        Assert.InRange(flooded.Answers.Count / (Seconds * Capacity), 0.95, 1.01);
        Assert.InRange(flooded.Refusals.Count / (Seconds * Capacity), 0.9, 1.1);
    }

    [Fact]
    public void Reserve_TwiceTheCapacityOfThreeWorkersComes_TheAdmittedAreAsQuickAsAtNineTenthsAndAsManyAsCanBe()
    {
        var busy = new QueueSimulation(1, workers: 3).Open("a", 3 * 0.9 * Capacity).Run(Seconds);
        var flooded = new QueueSimulation(1, workers: 3).Open("a", 3 * 2 * Capacity).Run(Seconds);

        Assert.InRange(flooded.P99(from: Settled) / busy.P99(from: Settled), 0, 1.5);
        Assert.InRange(flooded.Answers.Count / (Seconds * 3 * Capacity), 0.95, 1.01);
    }

    /// <summary>A quarter more comes than is answered, or up to six times as much: a full batch runs, one waits, and a quarter is left for chance.</summary>
    /// <remarks>
    /// With a fifth more the queue can take five seconds to be seen to stand, and in a few of a thousand runs chance keeps refusals away for a
    /// second, which ends the overload, so that the queue grows again.
    /// </remarks>
    [Fact]
    public void Reserve_MoreComesThanIsAnswered_WaitsAreThoseOfAShortQueue() => Gen.Select(Gen.Double[1.25, 6], Gen.Double[0, 0.2], Gen.Int).Sample((load, jitter, seed) =>
    {
        var flooded = new QueueSimulation(seed, jitter: jitter).Open("a", load * Capacity).Run(20);

        Assert.InRange(flooded.P99(from: SettledAtLeastExcess), 0, 0.052 * (3 + 8 * jitter));
        Assert.InRange(flooded.Answers.Count / (20 * Capacity), 0.95 / (1 + jitter) - 0.02, 1.01);
    }, iter: 40);

    /// <summary>With a fifth more, chance alone can have it otherwise in a run of a hundred, so that these are always the same runs.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Reserve_AFifthMoreComesThanIsAnswered_WaitsAreThoseOfAShortQueue(int seed)
    {
        var flooded = new QueueSimulation(seed).Open("a", 1.2 * Capacity).Run(20);

        Assert.InRange(flooded.P99(from: SettledAtLeastExcess), 0, 0.052 * 3);
        Assert.InRange(flooded.Answers.Count / (20 * Capacity), 0.93, 1.01);
    }

    [Fact]
    public void Reserve_HalfTheCapacityComes_NobodyIsRefused() => Assert.Empty(new QueueSimulation(1).Open("a", 0.5 * Capacity).Run(Seconds).Refusals);

    /// <summary>Who sends a request for each answer waits for as many as are in flight, and no longer: four batches with 64.</summary>
    [Fact]
    public void Reserve_ClientsWaitForTheirAnswers_NobodyIsRefused() => Gen
        .Select(Gen.Int[1, 64], Gen.Int[1, 64], Gen.Double[0, 0.1], Gen.Int)
        .Sample((inFlight, maxBatch, jitter, seed) =>
            Assert.Empty(new QueueSimulation(seed, jitter: jitter, maxBatch: maxBatch).Closed("a", inFlight).Run(20).Refusals), iter: 40);

    /// <summary>Now and then a worker is busy with a batch for a second, while the others go on.</summary>
    [Fact]
    public void Reserve_ClientsWaitForTheirAnswersAndSomeBatchesTakeLong_NobodyIsRefused() => Gen
        .Select(Gen.Int[1, 64], Gen.Int[1, 16], Gen.Int[2, 4], Gen.Int)
        .Sample((inFlight, maxBatch, workers, seed) =>
            Assert.Empty(new QueueSimulation(seed, maxBatch: maxBatch, workers: workers).Odd(0.01).Closed("a", inFlight).Run(20).Refusals), iter: 40);

    /// <summary>Twelve batches at once take 0.6 s, and none of them is turned away.</summary>
    [Fact]
    public void Reserve_Burst_IsTaken()
    {
        var burst = new QueueSimulation(1).Open("a", 0.2 * Capacity).Burst("b", 12 * QueueSimulation.MaxBatch, at: 1).Run(3);

        Assert.Equal(12 * QueueSimulation.MaxBatch, burst.Answers.Count(answer => answer.Client == "b"));
    }

    [Fact]
    public void Reserve_FloodIsOver_NobodyIsRefusedAfterwards()
    {
        var outcome = new QueueSimulation(1).Open("flood", 3 * Capacity, from: 0, to: 10).Open("calm", 0.6 * Capacity, from: 12).Run(Seconds);

        Assert.Contains(outcome.Refusals, at => at is > 9 and < 10);
        Assert.DoesNotContain(outcome.Refusals, at => at > 10);
    }

    [Fact]
    public void Reserve_TargetIsSet_BoundsTheWait()
    {
        var target = TimeSpan.FromMilliseconds(150);

        var flooded = new QueueSimulation(1, target).Open("a", 2 * Capacity).Run(20);

        // It waits that long, then runs; what is left of the batch before it is known to a batch's run.
        Assert.InRange(flooded.P99(from: Settled), 0.15, 0.15 + 2 * 0.052);
    }

    [Fact]
    public void Reserve_OneClientFloods_AnotherThatAsksForLessThanItsShareGetsItAll()
    {
        var outcome = new QueueSimulation(1).Open("flood", 5 * Capacity).Open("calm", 0.2 * Capacity).Run(Seconds);

        Assert.InRange(outcome.Answers.Count(answer => answer.Client == "calm") / (Seconds * 0.2 * Capacity), 0.9, 1.1);
        Assert.InRange(outcome.Answers.Count / (Seconds * Capacity), 0.95, 1.01);
    }

    /// <summary>Where more comes than is answered, lower levels are refused more often; who tries again when told to is answered all the same.</summary>
    [Theory]
    [InlineData(Priority.Normal)]
    [InlineData(Priority.Low)]
    public void Reserve_HigherLevelsFlood_ALowerOneIsNotStarved(Priority priority)
    {
        var outcome = new QueueSimulation(1)
            .Open("flood", 3 * Capacity, priority: Priority.High)
            .Open("other", 2 * Capacity, priority: priority is Priority.Low ? Priority.Normal : Priority.Low)
            .Closed("calm", 4, priority)
            .Run(Seconds);

        double[] answered = [.. outcome.Answers.Where(answer => answer.Client == "calm").Select(answer => answer.Arrived + answer.Latency)];
        Assert.InRange(answered.Zip(answered.Skip(1), (one, next) => next - one).Max(), 0, 1);
        Assert.InRange(answered[^1], Seconds - 1, Seconds);
    }

    /// <summary>Where all have more to do than there is time for, the levels share it as their weights are.</summary>
    [Fact]
    public void Reserve_AllLevelsHaveEnoughToDo_EachGetsFourTimesWhatTheOneBelowGets()
    {
        var outcome = new QueueSimulation(1, targetWait: TimeSpan.MaxValue)
            .Closed("high", 128, Priority.High)
            .Closed("normal", 128, Priority.Normal)
            .Closed("low", 128, Priority.Low)
            .Run(Seconds);

        double Share(string client) => outcome.Answers.Count(answer => answer.Client == client) / (double)outcome.Answers.Count;
        Assert.InRange(Share("high"), 0.95 * 16 / 21, 1.05 * 16 / 21);
        Assert.InRange(Share("normal"), 0.95 * 4 / 21, 1.05 * 4 / 21);
        Assert.InRange(Share("low"), 0.95 * 1 / 21, 1.05 * 1 / 21);
    }
}
