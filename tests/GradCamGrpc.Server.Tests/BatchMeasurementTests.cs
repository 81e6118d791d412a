using GradCamGrpc.Batching;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Server.Tests;

/// <summary>What the embedded model says of its batches when it starts.</summary>
public sealed class BatchMeasurementTests
{
    [Fact]
    public void Measure_BatchesAreNotSet_MeasuresEachSize() =>
        Assert.Equal([1, 2, 4, 8, 16], Measure(new BatchSettings(null, null)).Select(timing => timing.Size));

    /// <summary>The largest batch is set, and how long to wait for it is to be chosen.</summary>
    [Fact]
    public void Measure_OnlyTheSizeIsSet_MeasuresUpToIt()
    {
        var timings = Measure(new BatchSettings(4, null));

        Assert.Equal([1, 2, 4], timings.Select(timing => timing.Size));
        Assert.True(timings[0].Time < timings[^1].Time);
    }

    [Fact]
    public void Measure_BatchesAreSet_MeasuresNothing() => Assert.Empty(Measure(new BatchSettings(2, TimeSpan.Zero)));

    private static IReadOnlyList<BatchTiming> Measure(BatchSettings settings)
    {
        using var metrics = new TestMetrics();
        var folder = EmbeddedModel.Read();
        using var heads = new ModelHeads(folder);
        var cache = new ActivationCache(1 << 20);
        var worker = new ModelWorker(folder, heads, DeviceName.Cpu, Precision.Fp32, settings, cache, metrics.Server, TimeProvider.System);
        try
        {
            worker.Open();
            return worker.Measure();
        }
        finally
        {
            worker.Close();
        }
    }
}
