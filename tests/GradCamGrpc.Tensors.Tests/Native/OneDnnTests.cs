using System.Runtime.InteropServices;
using GradCamGrpc.Tensors.Native;
using TorchSharp;

namespace GradCamGrpc.Tensors.Tests.Native;

public sealed class OneDnnTests
{
    private const int Levels = 27;

    /// <summary>As CPUID's silence makes them: one byte each, of one core.</summary>
    [Fact]
    public void ForgetTinyCaches_CachesOfOneByte_ThereAreNone()
    {
        var cpu = Cpu(levels: 3, size: 1, sharing: 1);

        Assert.True(OneDnn.ForgetTinyCaches(cpu));
        Assert.Equal(0u, cpu[Levels]);
    }

    /// <summary>What is not as expected may be anything, so that nothing is written there.</summary>
    [Theory]
    [InlineData(3, 32768, 1)]
    [InlineData(3, 1, 2)]
    [InlineData(0, 1, 1)]
    [InlineData(11, 1, 1)]
    [InlineData(uint.MaxValue, 1, 1)]
    public void ForgetTinyCaches_AnythingElse_StaysAsItIs(uint levels, uint size, uint sharing)
    {
        var cpu = Cpu(levels, size, sharing);
        var before = (uint[])cpu.Clone();

        Assert.False(OneDnn.ForgetTinyCaches(cpu));
        Assert.Equal(before, cpu);
    }

    [Fact]
    public void ForgetTinyCaches_ASizeBehindThoseCounted_StaysAsItIs()
    {
        var cpu = Cpu(levels: 3, size: 1, sharing: 1);
        cpu[10] = 1;

        Assert.False(OneDnn.ForgetTinyCaches(cpu));
        Assert.Equal(3u, cpu[Levels]);
    }

    [Fact]
    public void ForgetTinyCaches_NothingFound_SaysSo() => Assert.False(OneDnn.ForgetTinyCaches([]));

    /// <summary>Where the CPU tells of its caches, oneDNN knows them; where it does not, it knows of none by now.</summary>
    [Fact]
    public void FindCpu_LibtorchOfThePackage_HasCachesAsTheMachineHas()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64, "oneDNN asks in another way");
        _ = (torch.get_num_threads(), OneDnn.Caches);

        var cpu = OneDnn.FindCpu().ToArray();

        if (OneDnn.Caches is OneDnnCaches.Told)
        {
            Assert.InRange(cpu[Levels], 0u, 4u);
            if (cpu[Levels] > 0)
                Assert.InRange(cpu[7], 16u << 10, 256u << 10);
        }
        else
        {
            Assert.Equal(OneDnnCaches.Guessed, OneDnn.Caches);
            Assert.Equal(0u, cpu[Levels]);
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("DEFAULT", null)]
    [InlineData("AVX512_CORE_BF16", null)]
    [InlineData("avx512_core_vnni", "AVX512_CORE_VNNI")]
    [InlineData("AVX", "AVX")]
    public void LimitBelow_Value_IsThoseWithoutBf16(string? value, string? expected) => Assert.Equal(expected, OneDnn.LimitBelow(value));

    private static uint[] Cpu(uint levels, uint size, uint sharing)
    {
        var cpu = new uint[28];
        for (var level = 0; level < Math.Min(levels, 3); level++)
        {
            cpu[7 + level] = size;
            cpu[17 + level] = sharing;
        }
        cpu[Levels] = levels;
        return cpu;
    }
}
