using System.CommandLine;
using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>load</c>: what reaches clients over gRPC, against what decoding and the model could do at that batch size, one after the other on all cores.</summary>
internal static class LoadBenchmark
{
    /// <summary>Odd, so that one is in the middle.</summary>
    private const int RoundCount = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    /// <param name="Load">What reached the clients.</param>
    /// <param name="ModelMilliseconds">What the model alone takes for a photo.</param>
    /// <param name="DecodeMilliseconds">What decoding alone takes for a photo.</param>
    /// <param name="CoreTime">What the process took of all cores together during the load.</param>
    private sealed record Round(LoadResult Load, double ModelMilliseconds, double DecodeMilliseconds, TimeSpan CoreTime)
    {
        public double CoreMilliseconds => CoreTime.TotalMilliseconds / Load.Calls;

        public double Share => Load.PerSecond * (ModelMilliseconds + DecodeMilliseconds) / 1000;

        public double ShareOfModel => Load.PerSecond * ModelMilliseconds / 1000;
    }

    public static Command Create()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 64 };
        var seconds = new Option<int>("--seconds") { Description = "how long to measure, all rounds together", DefaultValueFactory = _ => 30 };
        var maxBatch = new Option<int?>("--max-batch") { Description = "the server's; nothing for auto" };
        var precision = new Option<Precision>("--precision") { Description = "what the server computes in" };
        var photo = new Option<FileInfo?>("--photo") { Description = "the photo that is sent; nothing for a JPEG of 224 x 224" };
        var command = new Command("load", "Closed-loop load: a photo in, a raw map out.") { concurrency, seconds, maxBatch, precision, photo };
        command.SetAction(async (parsed, cancellation) =>
        {
            var concurrent = parsed.GetValue(concurrency);
            var file = parsed.GetValue(photo) is { } given ? await File.ReadAllBytesAsync(given.FullName, cancellation) : BenchPhoto.SmallJpeg();
            var time = TimeSpan.FromSeconds(parsed.GetValue(seconds)) / RoundCount;
            await using var bench = await ServerBench.StartAsync(options => options with
            {
                Precision = parsed.GetValue(precision),
                Queue = options.Queue with { MaxBatch = parsed.GetValue(maxBatch) },
            }, file);
            await bench.RunForAsync(concurrent, WarmUp);

            // What it takes together under this load, for which the model by itself is timed in all rounds.
            var batch = Math.Max(1, (int)Math.Round((await bench.RunForAsync(concurrent, time)).MeanBatch));
            var rounds = new List<Round>();
            for (var round = 0; round < RoundCount; round++)
            {
                // Measured before and after each load, for the machine drifts.
                var before = Alone();
                var usage = Environment.CpuUsage.TotalTime;
                var load = await bench.RunForAsync(concurrent, time);
                usage = Environment.CpuUsage.TotalTime - usage;
                var after = Alone();
                rounds.Add(new Round(load, (before.Model + after.Model) / 2, (before.Decode + after.Decode) / 2, usage));
                Console.WriteLine(
                    $"round {round + 1}: {rounds[^1].Load.PerSecond:F1} photos/s, {rounds[^1].Share:F3} of decoding and the model, {rounds[^1].ShareOfModel:F3} of the model alone, {rounds[^1].CoreMilliseconds:F2} ms of a core per photo");
            }

            var middle = rounds.OrderBy(round => round.Share).ElementAt(RoundCount / 2);
            Console.WriteLine($"calls                    {rounds.Sum(round => round.Load.Calls)}, {concurrent} in flight; of the {RoundCount} rounds the one in the middle:");
            Console.WriteLine($"photo                    {file.Length / 1000.0:F0} kB");
            Console.WriteLine($"throughput               {middle.Load.PerSecond:F1} photos/s");
            Console.WriteLine($"core time of a photo     {middle.CoreMilliseconds:F2} ms, server and client, {middle.CoreTime / middle.Load.Elapsed:F2} cores at work");
            Console.WriteLine($"mean batch               {middle.Load.MeanBatch:F1}");
            Console.WriteLine($"latency p50 / p99        {middle.Load.Percentile(0.5):F0} / {middle.Load.Percentile(0.99):F0} ms");
            Console.WriteLine($"model alone at batch {batch,-3} {middle.ModelMilliseconds:F2} ms per photo, {1000 / middle.ModelMilliseconds:F1} photos/s");
            Console.WriteLine($"decoding alone           {middle.DecodeMilliseconds:F2} ms per photo, {1000 / middle.DecodeMilliseconds:F1} photos/s");
            Console.WriteLine($"throughput / model alone {middle.ShareOfModel:F3}");
            Console.WriteLine($"throughput · (decode + model) {middle.Share:F3}   (goal: at least 0.90)");

            (double Model, double Decode) Alone() => (ModelAlone.MillisecondsPerPhoto(batch, parsed.GetValue(precision)), DecodeAlone.MillisecondsPerPhoto(file));
        });
        return command;
    }
}
