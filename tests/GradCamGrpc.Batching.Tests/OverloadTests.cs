using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Batching.Tests;

/// <summary>A queue and a worker in virtual time: a batch of b takes 4 + 3 b ms, so that 16 at a time are 307.7 a second.</summary>
public sealed class OverloadTests
{
    private const int MaxBatch = 16;
    private const double Capacity = MaxBatch / 0.052;

    private readonly FakeTimeProvider _time = new();

    /// <param name="Latencies">Seconds from arrival to answer of those that were taken, in the order of their arrival.</param>
    /// <param name="Answered">By client.</param>
    /// <param name="Seconds">How long it went on.</param>
    private sealed record Outcome(IReadOnlyList<double> Latencies, IReadOnlyDictionary<string, int> Answered, int Refused, double Seconds)
    {
        public double P99 => Latencies.Order().ElementAt((int)(0.99 * (Latencies.Count - 1)));

        public double PerSecond => Answered.Values.Sum() / Seconds;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Reserve_TwiceTheCapacityComes_TheAdmittedAreAsQuickAsAtNineTenthsAndAsManyAsCanBe(int seed)
    {
        var busy = Run(seed, 60, ("a", 0.9 * Capacity));
        var flooded = Run(seed, 60, ("a", 2 * Capacity));

        Assert.InRange(flooded.P99 / busy.P99, 0, 1.5);
        Assert.InRange(flooded.PerSecond / Capacity, 0.95, 1.01);
        Assert.InRange(flooded.Refused / (60 * Capacity), 0.9, 1.1);
    }

    [Fact]
    public void Reserve_HalfTheCapacityComes_NobodyIsRefused() => Assert.Equal(0, Run(1, 60, ("a", 0.5 * Capacity)).Refused);

    [Fact]
    public void Reserve_OneClientFloods_AnotherThatAsksForLessThanItsShareGetsItAll()
    {
        var outcome = Run(1, 60, ("flood", 5 * Capacity), ("calm", 0.2 * Capacity));

        Assert.InRange(outcome.Answered["calm"] / (60 * 0.2 * Capacity), 0.9, 1.1);
        Assert.InRange(outcome.PerSecond / Capacity, 0.95, 1.01);
    }

    private Outcome Run(int seed, double seconds, params (string Client, double PerSecond)[] clients)
    {
        var random = new Random(seed);
        var queue = new BatchQueue<SimulatedItem>(new QueueLimits(capacity: 4096), _time) { Policy = new BatchPolicy(MaxBatch, TimeSpan.Zero) };
        var next = clients.ToDictionary(client => client.Client, client => Gap(client.PerSecond));
        var answered = clients.ToDictionary(client => client.Client, _ => 0);
        var latencies = new List<double>();
        var (now, refused) = (0.0, 0);
        BatchQueue<SimulatedItem>.Waiting[]? running = null;
        var end = double.PositiveInfinity;

        double Gap(double perSecond) => -Math.Log(1 - random.NextDouble()) / perSecond;

        while (true)
        {
            var (client, arrival) = next.MinBy(pair => pair.Value);
            var at = Math.Min(end, arrival);
            if (at > seconds)
                break;
            _time.Advance(TimeSpan.FromSeconds(at - now));
            now = at;
            if (end <= arrival)
            {
                queue.Ended(isGood: true);
                foreach (var waiting in running!)
                {
                    latencies.Add(now - waiting.Item.ArrivedAt);
                    answered[waiting.Item.Client]++;
                }
                (running, end) = (null, double.PositiveInfinity);
            }
            else
            {
                next[client] = now + Gap(clients.Single(one => one.Client == client).PerSecond);
                var request = new Arrival(new ClientShare(client), Priority.Normal, null, Bytes: 1);
                if (queue.Reserve(request) is null)
                    queue.Add(new SimulatedItem(client, now), request, _time.GetTimestamp());
                else
                    refused++;
            }
            if (running is null && queue.Count > 0 && queue.Decide(isDraining: false) is BatchDecision.Ship ship)
            {
                running = queue.Take(ship.Count);
                end = now + 0.004 + 0.003 * running.Length;
            }
        }
        return new Outcome(latencies, answered, refused, seconds);
    }

    private sealed record SimulatedItem(string Client, double ArrivedAt) : IBatchItem
    {
        public DateTimeOffset? Deadline => null;

        public CancellationToken Cancellation => CancellationToken.None;

        public void Fail(Exception reason) => throw new InvalidOperationException("nothing is dropped here", reason);
    }
}
