using GradCamGrpc.Fuzzing.Images;
using GradCamGrpc.Fuzzing.Messages;
using GradCamGrpc.Fuzzing.Models;

namespace GradCamGrpc.Fuzzing.Tests;

/// <summary>A part of what <c>fuzz</c> of the benchmarks feeds: each input ends as documented, and in time.</summary>
public sealed class HostileInputTests
{
    private const int Cases = 1000;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Decoder_DamagedImages_ArePicturesWithinLimitsOrRefused()
    {
        var report = await RunAsync(new ImageTarget(), concurrency: 1);

        Assert.InRange(report.Outcomes["a picture"], Cases / 10, Cases);
        Assert.InRange(report.Outcomes["refused: Damaged"], Cases / 10, Cases);
    }

    [Fact]
    public async Task Models_DamagedFiles_AreReadOrRefusedByName()
    {
        using var target = new ModelTarget();

        var report = await RunAsync(target, concurrency: 1);

        Assert.All(["safetensors: read", "safetensors: refused", "pth: read", "pth: refused", "json: refused"], outcome => Assert.True(report.Outcomes.ContainsKey(outcome), outcome));
    }

    [Fact]
    public async Task Server_DamagedMessages_EndWithAStatusAndChangeNothing()
    {
        await using var target = await MessageTarget.StartAsync(Bound / 2);

        var report = await RunAsync(target, concurrency: 4);

        await target.VerifyAsync();
        Assert.All(["OK", "InvalidArgument", "NotFound"], outcome => Assert.True(report.Outcomes.ContainsKey(outcome), outcome));
    }

    private static async Task<FuzzReport> RunAsync(IFuzzTarget target, int concurrency)
    {
        var folder = Path.Combine(Path.GetTempPath(), "gradcam-fuzz");
        var plan = new FuzzPlan(Seed: 7, First: 0, Cases, Bound, folder) { Concurrency = concurrency };

        var report = await FuzzCampaign.RunAsync(target, plan, TestContext.Current.SendDiagnosticMessage);

        Assert.True(report.Failures.Count == 0, string.Join('\n', report.Failures));
        Assert.Equal(Cases, report.Outcomes.Values.Sum());
        return report;
    }
}
