using System.Runtime.InteropServices;
using TorchSharp;

namespace GradCamGrpc.Tensors.Native;

/// <summary>oneDNN, by which libtorch convolves on CPUs, where it does not see what the machine is.</summary>
/// <remarks>
/// It divides a convolution's work by the sizes of the caches. On AMD's processors it takes a cache that CPUID keeps silent about for one of a single
/// byte, and its kernels for AVX2 and later then compute wrong values, write over other memory, or divide by zero (seen with oneDNN 3.7.1). It
/// has sizes of its own for a CPU without any cache, so that it is made to believe that.
/// </remarks>
public static unsafe partial class OneDnn
{
    /// <summary>dnnl::impl::cpu::x64::cpu(), a function that makes and gives back what is known of the CPU.</summary>
    internal const string CpuFunction = "_ZN4dnnl4impl3cpu3x643cpuEv";

    internal const string Library = "libtorch_cpu.so";

    /// <summary>In Xbyak's <c>Cpu</c>, counted in words: the sizes of ten caches, how many cores share each, and how many caches there are.</summary>
    private const int Sizes = 7;
    private const int Sharing = 17;
    private const int Levels = 27;
    private const int CpuWords = 28;

    /// <summary>oneDNN's own variable, which it reads once.</summary>
    private const string LimitVariable = "ONEDNN_MAX_CPU_ISA";
    private const string SafeLimit = "AVX";

    private static readonly string[] LimitsBelowBf16 = ["SSE41", SafeLimit, "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"];
    private static readonly Lazy<OneDnnCaches> Settled = new(SettleCaches);

    /// <summary>
    /// What it goes by. Whoever asks first has it settled, and that must be before its first operator: networks that can be served, networks that are cut and scripts of operators ask.
    /// </summary>
    public static OneDnnCaches Caches => CpuCaches.AreHidden ? Settled.Value : OneDnnCaches.Told;

    /// <summary>The instructions that it is limited to, where that leaves it none for bfloat16; else null.</summary>
    public static string? LimitBelowBf16 => Caches is OneDnnCaches.Unused ? SafeLimit : LimitBelow(Environment.GetEnvironmentVariable(LimitVariable));

    internal static string? LimitBelow(string? limit) => LimitsBelowBf16.FirstOrDefault(name => name.Equals(limit, StringComparison.OrdinalIgnoreCase));

    /// <summary>What it knows of the CPU, which is made if it was not yet; empty where libtorch was built without the names of its functions.</summary>
    internal static Span<uint> FindCpu()
    {
        if (LoadedLibrary.Find(Library) is not { } library || ElfSymbols.Find(library.Path, CpuFunction) is not { } address)
            return [];
        return new Span<uint>((void*)((delegate* unmanaged<nint>)(library.Start + address))(), CpuWords);
    }

    /// <summary>Has it forget caches of one byte.</summary>
    /// <param name="cpu">What it knows.</param>
    /// <returns>Whether they were there, each as CPUID's silence makes it; else nothing has changed.</returns>
    internal static bool ForgetTinyCaches(Span<uint> cpu)
    {
        if (cpu.Length < CpuWords || cpu[Levels] is 0 or > Sharing - Sizes)
            return false;
        var levels = (int)cpu[Levels];
        if (cpu.Slice(Sizes, levels).ContainsAnyExcept(1u) || cpu.Slice(Sharing, levels).ContainsAnyExcept(1u)
            || cpu[(Sizes + levels)..Sharing].ContainsAnyExcept(0u) || cpu[(Sharing + levels)..Levels].ContainsAnyExcept(0u))
        {
            return false;
        }
        cpu[Levels] = 0;
        return true;
    }

    private static OneDnnCaches SettleCaches()
    {
        // Loads libtorch.
        _ = torch.get_num_threads();
        if (OperatingSystem.IsLinux())
        {
            // It does not start without the sizes, either, and libtorch would try at each convolution, and warn each time.
            SetNnpackEnabled(GlobalContext(), isEnabled: false);
            if (ForgetTinyCaches(FindCpu()))
                return OneDnnCaches.Guessed;
            _ = SetEnvironmentVariable(LimitVariable, SafeLimit, overwrite: 0);
        }
        return OneDnnCaches.Unused;
    }

    [LibraryImport(Library, EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint GlobalContext();

    [LibraryImport(Library, EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static partial void SetNnpackEnabled(nint context, [MarshalAs(UnmanagedType.U1)] bool isEnabled);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
