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
    public void Open_BatchesAreNotSet_MeasuresEachSize() =>
        Assert.Equal([1, 2, 4, 8, 16], Open(new BatchSettings(null, null)).Select(timing => timing.Size));

    /// <summary>The largest batch is set, and how long to wait for it is to be chosen.</summary>
    [Fact]
    public void Open_OnlyTheSizeIsSet_MeasuresUpToIt()
    {
        var timings = Open(new BatchSettings(4, null));

        Assert.Equal([1, 2, 4], timings.Select(timing => timing.Size));
        Assert.True(timings[0].Time < timings[^1].Time);
    }

    [Fact]
    public void Open_BatchesAreSet_MeasuresNothing() => Assert.Empty(Open(new BatchSettings(2, TimeSpan.Zero)));

    [Fact]
    public void Open_AnotherMeasures_MeasuresNothing() => Assert.Empty(Open(new BatchSettings(4, null), measures: false));

    private static IReadOnlyList<BatchTiming> Open(BatchSettings settings, bool measures = true)
    {
        using var metrics = new TestMetrics();
        var folder = EmbeddedModel.Read();
        using var heads = new ModelHeads(folder);
        var cache = new ActivationCache(1 << 20);
        var worker = new ModelWorker(folder, heads, DeviceName.Cpu, Precision.Fp32, settings, measures, cache, metrics.Server, TimeProvider.System);
        try
        {
            return worker.Open();
        }
        finally
        {
            worker.Close();
        }
    }
}
