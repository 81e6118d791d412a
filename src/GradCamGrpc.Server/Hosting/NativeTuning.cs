using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace GradCamGrpc.Server.Hosting;

/// <summary>Sets up the C library's allocator, OpenMP and .NET's pool for what serving a network asks of them. Figures: <c>docs/speed.md</c>.</summary>
/// <remarks>
/// A network's buffers are large, short-lived and the same in every pass. By default glibc gives them back to the system when they are
/// freed, and the next pass pays for thousands of page faults. Where the system has gperftools' TCMalloc, that allocates instead: it keeps large
/// buffers apart from small pieces, and what was freed last is taken first, while a cache still holds it. And OpenMP's threads spin while they have
/// nothing to do, on cores that could decode photos meanwhile. And the pool wakes a thread for each small thing that the network has to do.
/// </remarks>
public static partial class NativeTuning
{
    /// <summary>On as many cores threads hardly ever wait for each other's allocations. What differs on them was measured there alone.</summary>
    private const int FewCores = 2;

    /// <summary>TCMalloc without its profilers. The loader looks for it as for every library.</summary>
    private const string TcMalloc = "libtcmalloc_minimal.so.4";

    /// <summary>Names the libraries that the loader takes first.</summary>
    private const string Preload = "LD_PRELOAD";

    /// <summary>AT_SECURE.</summary>
    private const int HasOwnRights = 23;

    /// <summary>Freed memory stays in the process, however large the piece.</summary>
    private const string Keeping = "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824";

    /// <summary>
    /// Starts the program again, in this same process, with the variables that are not set. It must be the first thing the program
    /// does: the allocator reads them once, before any managed code runs.
    /// </summary>
    /// <remarks>
    /// It returns where nothing is left to set, outside of Linux, under a debugger, where the system refuses, and where the program has rights of its
    /// own, such as to take a port below 1024: the loader removes such variables then at every start, and it would go on for ever.
    /// </remarks>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux() || Debugger.IsAttached || AuxiliaryValue(HasOwnRights) != 0)
            return;

        // TCMalloc is loaded to see whether it is there. It stays, since threads that end call it, and the restart ends that.
        var cores = Environment.ProcessorCount;
        var takesTcMalloc = cores <= FewCores && Environment.GetEnvironmentVariable(Preload) is null && NativeLibrary.TryLoad(TcMalloc, out _);
        var missing = Variables(cores, takesTcMalloc).Where(variable => Environment.GetEnvironmentVariable(variable.Name) is null).ToArray();

        // Only what the C library's own environment has taken survives the restart: without this check it could go on for ever.
        if (missing.Length == 0 || missing.Any(variable => SetEnvironmentVariable(variable.Name, variable.Value, overwrite: 0) != 0))
            return;

        // Each argument ends with a zero byte, and the list with a null.
        var arguments = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        ReplaceProcess("/proc/self/exe", [.. arguments, null]);
    }

    /// <summary>Gives the system back what is free, which else stays in the process. The passes that follow pay for what they need of it.</summary>
    public static unsafe void ReturnFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        if (TryFindRelease(out var release))
            ((delegate* unmanaged<void>)release)();
        else
            _ = TrimHeap(0);
    }

    /// <summary>Whether TCMalloc would be of use, nobody has chosen what allocates, and it is not TCMalloc.</summary>
    internal static bool LacksTcMalloc =>
        OperatingSystem.IsLinux() && Environment.ProcessorCount <= FewCores && Environment.GetEnvironmentVariable(Preload) is null && !TryFindRelease(out _);

    /// <summary>What is set where nobody else has.</summary>
    /// <param name="cores">The cores that the program may use.</param>
    /// <param name="takesTcMalloc">Whether TCMalloc is to allocate.</param>
    internal static IEnumerable<(string Name, string Value)> Variables(int cores, bool takesTcMalloc)
    {
        // Turns of a waiting OpenMP thread before it sleeps. On few cores 0.3 ms, longer than the pause between two convolutions.
        yield return ("GOMP_SPINCOUNT", cores <= FewCores ? "10000" : "2000");

        // TCMalloc does not read them: they hold where it is missing.
        yield return ("GLIBC_TUNABLES", AllocatorTunables(cores));
        if (takesTcMalloc)
            yield return (Preload, TcMalloc);
        if (cores > FewCores)
            yield break;

        // One thread of the pool serves calls: what takes long has threads of its own. Where it is held up for a second or so another comes, and stays
        // while there is work for both.
        yield return ("DOTNET_ThreadPool_ForceMinWorkerThreads", "1");
        yield return ("DOTNET_HillClimbing_Disable", "1");

        // Bytes are read on the thread that hears of them.
        yield return ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
    }

    /// <summary>TCMalloc's function that gives free memory back, where it allocates: what is loaded later is not among the main program's.</summary>
    private static bool TryFindRelease(out nint release) =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "MallocExtension_ReleaseFreeMemory", out release);

    /// <summary>The allocator's settings.</summary>
    /// <remarks>
    /// On few cores there is one arena, since the others cannot hold a buffer beyond 64 MiB, and no cache of small pieces: a buffer is aligned
    /// by cutting a little off a larger one, and with that little in a cache the two never become one again. All threads take turns at that
    /// arena, which on many cores costs more than half of what they could answer: there are as many arenas as cores then, and threads have
    /// their caches. A buffer beyond 64 MiB is the system's then, and costs its page faults.
    /// </remarks>
    /// <param name="cores">The cores that the program may use.</param>
    internal static string AllocatorTunables(int cores) => cores <= FewCores
        ? $"{Keeping}:glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0"
        : string.Create(CultureInfo.InvariantCulture, $"{Keeping}:glibc.malloc.arena_max={cores}");

    [LibraryImport("libc", EntryPoint = "getauxval")]
    private static partial nuint AuxiliaryValue(nuint type);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint kept);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReplaceProcess(string path, string?[] arguments);
}
