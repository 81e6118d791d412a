using System.Diagnostics;
using GradCamGrpc.Server.Hosting;

namespace GradCamGrpc.Server.Tests;

public sealed class NativeTuningTests
{
    private const string Keeping = "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824";

    [Theory]
    [InlineData(1, ":glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0")]
    [InlineData(2, ":glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0")]
    [InlineData(3, ":glibc.malloc.arena_max=3")]
    [InlineData(16, ":glibc.malloc.arena_max=16")]
    public void AllocatorTunables_ManyCores_ThreadsDoNotShareAnArena(int cores, string arenas) =>
        Assert.Equal(Keeping + arenas, NativeTuning.AllocatorTunables(cores));

    [Fact]
    public void Variables_ManyCores_TheCLibraryAllocates()
    {
        var names = NativeTuning.Variables(cores: 3).Select(variable => variable.Name).ToArray();

        Assert.Contains("GLIBC_TUNABLES", names);
        Assert.DoesNotContain("LD_PRELOAD", names);
    }

    /// <summary>The C library passes over what it does not know, and says nothing.</summary>
    [Fact]
    public async Task AllocatorTunables_OfFewAndOfManyCores_AreKnownToTheCLibrary()
    {
        using var loader = Process.Start(new ProcessStartInfo("/lib64/ld-linux-x86-64.so.2", ["--list-tunables"]) { RedirectStandardOutput = true })!;
        var known = await loader.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var tunables = $"{NativeTuning.AllocatorTunables(2)}:{NativeTuning.AllocatorTunables(16)}".Split(':');

        Assert.All(tunables, tunable => Assert.Contains($"{tunable.Split('=')[0]}: ", known, StringComparison.Ordinal));
    }
}
