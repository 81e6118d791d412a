using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Models.Tests;

public sealed class PrecisionSupportTests
{
    [Fact]
    public void ObjectionTo_Bf16OnACpuWithoutInstructions_SaysWhatIsMissing()
    {
        Assert.Contains("avx512_bf16", PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true, cpuHasBf16: false));
    }

    [Theory]
    [InlineData(Precision.Fp32, true, false)]
    [InlineData(Precision.Bf16, true, true)]
    [InlineData(Precision.Bf16, false, false)]
    public void ObjectionTo_WhereItRuns_IsNone(Precision precision, bool isCpu, bool cpuHasBf16)
    {
        Assert.Null(PrecisionSupport.ObjectionTo(precision, isCpu, cpuHasBf16));
    }

    /// <summary>The system tells of the processor, too.</summary>
    [Fact]
    public void ObjectionTo_Bf16OnThisCpu_IsAsTheSystemSays()
    {
        Assert.SkipUnless(File.Exists("/proc/cpuinfo"), "the system tells nothing");
        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];
        var expected = flags.Contains("avx512f") && (flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"));

        Assert.Equal(expected, PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true) is null);
    }
}
