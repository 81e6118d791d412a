using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>clients</c>: what clients in other languages reach, against a C# client on the same load.</summary>
internal static class ClientsBenchmark
{
    private const int RoundCount = 5;

    private const string Go =
        "go=clients/go/debian.sh run ./cmd/gradcam-load --json --address {address} --photo {photo} --method stream " +
        "--concurrency {concurrency} --duration {seconds}s";

    private const string Python = "python=clients/python/explain_many_load.py {address} {photo} {concurrency} {seconds}";

    public static Command Create()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "photos in flight, 64 at most", DefaultValueFactory = _ => 64 };
        var seconds = new Option<int>("--seconds") { Description = "how long each client runs in each round", DefaultValueFactory = _ => 5 };
        var clients = new Option<string[]>("--client")
        {
            Description = "NAME=COMMAND: a client, run in the repository, that prints JSON with succeeded_per_s",
            DefaultValueFactory = _ => [Go, Python],
        };
        clients.Validators.Add(given =>
        {
            if (given.Tokens.FirstOrDefault(token => !token.Value.Contains('=', StringComparison.Ordinal)) is { } nameless)
                given.AddError($"'{nameless.Value}' is not NAME=COMMAND.");
        });
        var command = new Command("clients", "Closed-loop load over ExplainStream: a 224 x 224 JPEG in, a raw map out; a process for the server and each client.")
        {
            concurrency, seconds, clients,
        };
        command.SetAction(async (parsed, _) => await RunAsync(parsed.GetValue(concurrency), parsed.GetValue(seconds), parsed.GetRequiredValue(clients)));
        return command;
    }

    private static async Task RunAsync(int concurrency, int seconds, string[] clients)
    {
        var photo = BenchPhoto.SmallJpeg();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(folder.FullName, "photo.jpg");
            await File.WriteAllBytesAsync(file, photo);
            await RunAsync(concurrency, seconds, clients, photo, file);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(int concurrency, int seconds, string[] clients, byte[] photo, string file)
    {
        // It knows no photo again: each costs a pass.
        using var server = await ServerProcess.StartAsync("127.0.0.1:0", "--activation-cache", "0");
        var commands = clients.Select(client => client.Split('=', 2)).ToDictionary(client => client[0], client => client[1]
            .Replace("{address}", server.Address, StringComparison.Ordinal)
            .Replace("{photo}", file, StringComparison.Ordinal)
            .Replace("{concurrency}", concurrency.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{seconds}", seconds.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var shares = commands.Keys.ToDictionary(name => name, _ => new List<double>());
        for (var round = 1; round <= RoundCount; round++)
        {
            // Measured before and after, for the machine drifts.
            var own = await StreamingClient.RunForAsync(server.Address, photo, concurrency, TimeSpan.FromSeconds(seconds));
            foreach (var (name, command) in commands)
            {
                var reached = await RunAsync(command);
                var after = await StreamingClient.RunForAsync(server.Address, photo, concurrency, TimeSpan.FromSeconds(seconds));
                shares[name].Add(reached / ((own + after) / 2));
                Console.WriteLine($"round {round}: {name} {reached:F1} photos/s, C# {own:F1} before and {after:F1} after: {shares[name][^1]:F3}");
                own = after;
            }
        }
        foreach (var (name, values) in shares)
            Console.WriteLine($"{name} / C#: {Rounds.Median(values):F3} ({values.Min():F3} to {values.Max():F3})");
    }

    private static async Task<double> RunAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true, WorkingDirectory = TestFolders.Repository };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'{command}' ended with {process.ExitCode}.");
        using var report = JsonDocument.Parse(output);
        return report.RootElement.GetProperty("succeeded_per_s").GetDouble();
    }
}
