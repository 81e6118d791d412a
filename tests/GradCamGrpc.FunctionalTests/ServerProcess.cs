using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using GradCamGrpc.Protos.V1;
using Grpc.Net.Client;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server in a process of its own, where nobody else's calls are in its metrics.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly ProgramRun _run;
    private readonly string _metrics;
    private readonly HttpClient _http = new();

    private ServerProcess(ProgramRun run, string address, string metrics)
    {
        _run = run;
        _metrics = metrics;
        Channel = GrpcChannel.ForAddress($"http://{address}");
    }

    public GrpcChannel Channel { get; }

    public ClassificationService.ClassificationServiceClient Classification => new(Channel);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts it, and waits until it serves.</summary>
    /// <param name="maxBatch">Requests that run together at most.</param>
    public static async Task<ServerProcess> StartAsync(int maxBatch)
    {
        // With one network, long work of one call makes all others wait; with one thread it is long on any machine.
        var run = ProgramRun.Server(
            "--listen", "127.0.0.1:0", "--http", "off", "--metrics", "127.0.0.1:0", "--instances", "1", "--threads", "1",
            "--max-batch", $"{maxBatch}", "--max-delay", "0");
        var address = Address().Match(await run.LineWithAsync("serves on")).Value;
        return new ServerProcess(run, address, MetricsAddress().Match(await run.LineWithAsync("Metrics: ")).Value);
    }

    /// <summary>Ends when so many requests wait for the model.</summary>
    /// <exception cref="TimeoutException">They do not for long: they have been answered already.</exception>
    public async Task WaitUntilQueuedAsync(int count)
    {
        var patience = Stopwatch.StartNew();
        double waiting;
        while ((waiting = await MetricAsync("gradcam_queue_length")) < count)
        {
            if (patience.Elapsed > TimeSpan.FromMinutes(1))
                throw new TimeoutException($"{waiting} requests wait instead of {count}");
        }
    }

    /// <summary>Ends when a metric, of all its labels together, has a value.</summary>
    public async Task WaitForAsync(string name, double value)
    {
        while (await MetricAsync(name) != value)
            Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>A metric's value, of all its labels together; 0 where there is none yet. It can be some tenths of a second old.</summary>
    public async Task<double> MetricAsync(string name) => Regex
        .Matches(await _http.GetStringAsync(_metrics, Cancellation), $@"^{name}{{[^}}]*}} ([0-9.e+]+)", RegexOptions.Multiline)
        .Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    public void Dispose()
    {
        Channel.Dispose();
        _http.Dispose();
        _run.Dispose();
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Address();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/metrics")]
    private static partial Regex MetricsAddress();
}
