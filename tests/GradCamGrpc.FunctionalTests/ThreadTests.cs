using System.Globalization;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.FunctionalTests;

public sealed class ThreadTests
{
    private const string ModelThread = "model embedded";
    private const string PoolThread = ".NET TP Worker";

    /// <param name="Name">What it is called, up to 15 letters.</param>
    /// <param name="Niceness">The higher, the longer it waits for a core that others want.</param>
    private sealed record SystemThread(string Name, int Niceness);

    [Fact]
    public async Task Explain_AfterACall_TheModelsThreadsStandAboveThoseThatDecode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux lets threads of one process stand above each other");
        using var server = await ServerProcess.StartAsync();
        using var call = server.Classification.Explain(
            new ClassificationServiceExplainRequest { Image = Photos.CatImage }, cancellationToken: TestContext.Current.CancellationToken);
        await call.ReadAllAsync();

        var threads = Directory.GetDirectories($"/proc/{server.Id}/task").Select(Read).ToArray();

        var niceness = Assert.Single(threads.Where(thread => thread.Name == ModelThread).Select(thread => thread.Niceness).Distinct());
        Assert.Contains(new SystemThread(PoolThread, Math.Min(niceness + 10, 19)), threads);
    }

    /// <summary>The name is in brackets; the niceness is the 17th field after them.</summary>
    private static SystemThread Read(string folder)
    {
        var stat = File.ReadAllText(Path.Combine(folder, "stat"));
        var (start, end) = (stat.IndexOf('('), stat.LastIndexOf(')'));
        return new SystemThread(stat[(start + 1)..end], int.Parse(stat[(end + 2)..].Split(' ')[16], CultureInfo.InvariantCulture));
    }
}
