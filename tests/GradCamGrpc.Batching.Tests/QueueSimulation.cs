using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Batching.Tests;

/// <summary>
/// A queue and its workers in virtual time: a batch of b takes one of them 4 + 3 b ms, so that 16 at a time are 307.7 a second; with a jitter,
/// longer by chance, on average by that part.
/// </summary>
internal sealed class QueueSimulation(
    int seed, TimeSpan? targetWait = null, double jitter = 0, int maxBatch = QueueSimulation.MaxBatch, int workers = 1)
{
    public const int MaxBatch = 16;
    public const double Capacity = MaxBatch / 0.052;

    private readonly Random _random = new(seed);
    private readonly FakeTimeProvider _time = new();
    private readonly PriorityQueue<SimulatedClient, double> _arrivals = new();
    private readonly List<SimulatedAnswer> _answers = [];
    private readonly List<double> _refusals = [];
    private double _now;
    private double _oddShare;

    /// <summary>What was answered, in the order of the answers.</summary>
    public IReadOnlyList<SimulatedAnswer> Answers => _answers;

    /// <summary>When somebody was refused, in seconds.</summary>
    public IReadOnlyList<double> Refusals => _refusals;

    /// <summary>Requests come by chance, whatever becomes of the others.</summary>
    public QueueSimulation Open(string client, double perSecond, double from = 0, double to = double.PositiveInfinity, Priority priority = Priority.Normal)
    {
        var opened = new SimulatedClient(client, priority, perSecond, to);
        _arrivals.Enqueue(opened, from + Gap(perSecond));
        return this;
    }

    /// <summary>So many requests are in flight at any time: a new one is sent within some milliseconds of each answer.</summary>
    public QueueSimulation Closed(string client, int inFlight, Priority priority = Priority.Normal)
    {
        for (var i = 0; i < inFlight; i++)
            _arrivals.Enqueue(new SimulatedClient(client, priority, PerSecond: null, double.PositiveInfinity), Pause());
        return this;
    }

    /// <summary>So many requests come at once.</summary>
    public QueueSimulation Burst(string client, int requests, double at)
    {
        for (var i = 0; i < requests; i++)
            _arrivals.Enqueue(new SimulatedClient(client, Priority.Normal, PerSecond: 1, at), at);
        return this;
    }

    /// <summary>This share of the batches, by chance, takes a second longer.</summary>
    public QueueSimulation Odd(double share)
    {
        _oddShare = share;
        return this;
    }

    public QueueSimulation Run(double seconds)
    {
        var queue = new BatchQueue<SimulatedItem>(new QueueLimits(capacity: 4096, targetWait: targetWait), workers, _time)
        {
            Policy = new BatchPolicy(maxBatch, TimeSpan.Zero),
        };
        var running = new PriorityQueue<BatchQueue<SimulatedItem>.Batch, double>();
        while (true)
        {
            var arrival = _arrivals.TryPeek(out _, out var at) ? at : double.PositiveInfinity;
            var end = running.TryPeek(out _, out var first) ? first : double.PositiveInfinity;
            var next = Math.Min(end, arrival);
            if (next > seconds)
                return this;
            _time.Advance(TimeSpan.FromSeconds(next - _now));
            _now = next;
            if (end <= arrival)
            {
                var batch = running.Dequeue();
                queue.Ended(batch, isGood: true);
                foreach (var waiting in batch.Items)
                    Answer(waiting.Item);
            }
            else
            {
                Arrive(_arrivals.Dequeue(), queue);
            }
            if (running.Count < workers && queue.Count > 0 && queue.Decide(isDraining: false) is BatchDecision.Ship ship)
            {
                var batch = queue.Take(ship.Count);
                var odd = _oddShare > 0 && _random.NextDouble() < _oddShare ? 1 : 0;
                running.Enqueue(batch, _now + odd + (0.004 + 0.003 * batch.Items.Count) * (1 + (jitter > 0 ? Gap(1 / jitter) : 0)));
            }
        }
    }

    /// <summary>The latency that 99 of 100 of those who came in a time do not exceed, in seconds.</summary>
    public double P99(double from = 0, string? client = null)
    {
        var latencies = _answers.Where(answer => answer.Arrived >= from && (client ?? answer.Client) == answer.Client).Select(answer => answer.Latency).Order().ToArray();
        return latencies[(int)(0.99 * (latencies.Length - 1))];
    }

    private void Arrive(SimulatedClient client, BatchQueue<SimulatedItem> queue)
    {
        if (client.PerSecond is { } perSecond && _now + Gap(perSecond) is var next && next <= client.To)
            _arrivals.Enqueue(client, next);
        var request = new Arrival(new ClientShare(client.Name), client.Priority, null, Bytes: 1);
        if (queue.Reserve(request) is { } refusal)
        {
            _refusals.Add(_now);
            if (client.PerSecond is null)
                _arrivals.Enqueue(client, _now + refusal.RetryAfter.TotalSeconds);
        }
        else
        {
            queue.Add(new SimulatedItem(client, _now), request);
        }
    }

    private void Answer(SimulatedItem item)
    {
        _answers.Add(new SimulatedAnswer(item.Client.Name, item.ArrivedAt, _now - item.ArrivedAt));
        if (item.Client.PerSecond is null)
            _arrivals.Enqueue(item.Client, _now + Pause());
    }

    private double Gap(double perSecond) => -Math.Log(1 - _random.NextDouble()) / perSecond;

    private double Pause() => 0.01 * _random.NextDouble();
}
