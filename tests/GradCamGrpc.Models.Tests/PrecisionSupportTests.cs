using GradCamGrpc.Models.Networks;
using GradCamGrpc.Tensors.Native;

namespace GradCamGrpc.Models.Tests;

public sealed class PrecisionSupportTests
{
    [Fact]
    public void ObjectionTo_Bf16OnACpuWithoutInstructions_SaysWhatIsMissing()
    {
        Assert.Contains("avx512_bf16", PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true, cpuHasBf16: false, limit: null));
    }

    [Fact]
    public void ObjectionTo_Bf16WhereOneDnnIsLimited_SaysToWhat()
    {
        var objection = PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true, cpuHasBf16: true, limit: "AVX2");

        Assert.Contains("oneDNN is limited to AVX2 (ONEDNN_MAX_CPU_ISA)", objection, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Fp32, true, false, null)]
    [InlineData(Precision.Fp32, true, true, "AVX")]
    [InlineData(Precision.Bf16, true, true, null)]
    [InlineData(Precision.Bf16, false, false, null)]
    [InlineData(Precision.Bf16, false, true, "AVX")]
    public void ObjectionTo_WhereItRuns_IsNone(Precision precision, bool isCpu, bool cpuHasBf16, string? limit)
    {
        Assert.Null(PrecisionSupport.ObjectionTo(precision, isCpu, cpuHasBf16, limit));
    }

    /// <summary>The system tells of the processor, too.</summary>
    [Fact]
    public void ObjectionTo_Bf16OnThisCpu_IsAsTheSystemSays()
    {
        Assert.SkipUnless(File.Exists("/proc/cpuinfo"), "the system tells nothing");
        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];
        var expected = flags.Contains("avx512f") && (flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"))
            && OneDnn.LimitBelowBf16 is null;

        Assert.Equal(expected, PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true) is null);
    }
}
