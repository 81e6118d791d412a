using System.Diagnostics;
using GradCamGrpc.Server.Hosting;

namespace GradCamGrpc.Server.Tests;

public sealed class NativeTuningTests
{
    private const string Keeping = "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824";
    private const string OneThread = "DOTNET_ThreadPool_ForceMinWorkerThreads=1";
    private const string NoMore = "DOTNET_HillClimbing_Disable=1";
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1";

    [Theory]
    [InlineData(1, ":glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0")]
    [InlineData(2, ":glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0")]
    [InlineData(3, ":glibc.malloc.arena_max=3")]
    [InlineData(16, ":glibc.malloc.arena_max=16")]
    public void AllocatorTunables_ManyCores_ThreadsDoNotShareAnArena(int cores, string arenas) =>
        Assert.Equal(Keeping + arenas, NativeTuning.AllocatorTunables(cores));

    [Theory]
    [InlineData(2, true, "GOMP_SPINCOUNT=10000", "LD_PRELOAD=libtcmalloc_minimal.so.4", OneThread, NoMore, Inline)]
    [InlineData(2, false, "GOMP_SPINCOUNT=10000", OneThread, NoMore, Inline)]
    [InlineData(3, false, "GOMP_SPINCOUNT=2000")]
    public void Variables_CoresAndAllocator_AreSetForThem(int cores, bool takesTcMalloc, params string[] expected) =>
        Assert.Equal(
            [.. expected.Append($"GLIBC_TUNABLES={NativeTuning.AllocatorTunables(cores)}").Order(StringComparer.Ordinal)],
            NativeTuning.Variables(cores, takesTcMalloc).Select(variable => $"{variable.Name}={variable.Value}").Order(StringComparer.Ordinal));

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
