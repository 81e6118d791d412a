using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Two models of one server whose manifests want their requests run together differently.</summary>
public sealed class BatchingManifestTests : IDisposable
{
    private readonly DirectoryInfo _models = Directory.CreateTempSubdirectory();

    public BatchingManifestTests()
    {
        ModelCopy.Write(Path.Combine(_models.FullName, "a"), "large", "1", new BatchingManifest { MaxBatch = 3, MaxDelayMs = 2, Instances = 1 });
        ModelCopy.Write(Path.Combine(_models.FullName, "b"), "small", "1", new BatchingManifest { MaxBatch = 24, MaxDelayMs = 0, Instances = 3 });
    }

    public void Dispose() => _models.Delete(recursive: true);

    [Fact]
    public async Task Start_ManifestsSayOfBatches_EachModelHasItsOwn()
    {
        using var run = Start();

        Assert.EndsWith("up to 3 requests together, and waits up to 2 ms for them", await run.LineWithAsync("Model large runs"), StringComparison.Ordinal);
        Assert.EndsWith("up to 24 requests together, and waits up to 0 ms for them", await run.LineWithAsync("Model small runs"), StringComparison.Ordinal);
        Assert.Contains(": efficientnet_lite0 on cpu, ", await run.LineWithAsync("Model large 1 is ready"), StringComparison.Ordinal);
        Assert.DoesNotContain("cpu, cpu", await run.LineWithAsync("Model large 1 is ready"), StringComparison.Ordinal);
        Assert.Contains(": efficientnet_lite0 on cpu, cpu, cpu, ", await run.LineWithAsync("Model small 1 is ready"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OptionsSayOtherwise_HoldForAllModels()
    {
        using var run = Start("--max-batch", "4", "--max-delay", "1", "--instances", "1");

        foreach (var model in new[] { "large", "small" })
        {
            var batches = await run.LineWithAsync($"Model {model} runs");
            var ready = await run.LineWithAsync($"Model {model} 1 is ready");
            Assert.EndsWith("up to 4 requests together, and waits up to 1 ms for them", batches, StringComparison.Ordinal);
            Assert.DoesNotContain("cpu, cpu", ready, StringComparison.Ordinal);
        }
    }

    private ProgramRun Start(params string[] options) =>
        ProgramRun.Server(["--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off", "--models", _models.FullName, .. options]);
}
