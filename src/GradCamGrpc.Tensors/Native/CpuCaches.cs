using System.Runtime.Intrinsics.X86;

namespace GradCamGrpc.Tensors.Native;

/// <summary>Whether the CPU says how large its caches are.</summary>
internal static class CpuCaches
{
    private const int ExtendedLeaves = unchecked((int)0x8000_0000);
    private const int CacheProperties = unchecked((int)0x8000_001D);
    private const int CacheType = 0x1F;

    /// <summary>Whether this is a processor of AMD's whose hypervisor keeps the sizes back.</summary>
    public static bool AreHidden { get; } = X86Base.IsSupported && AreHiddenBy(leaf => X86Base.CpuId(leaf, 0));

    /// <param name="cpuId">CPUID's answer to a leaf, at its first subleaf.</param>
    internal static bool AreHiddenBy(Func<int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        var (_, ebx, ecx, edx) = cpuId(0);
        var isAmd = (ebx, edx, ecx) == (Letters("Auth"u8), Letters("enti"u8), Letters("cAMD"u8));

        // The leaves' numbers have no sign, and one that is not there answers with anything.
        var hasLeaf = (uint)cpuId(ExtendedLeaves).Eax >= unchecked((uint)CacheProperties);
        return isAmd && !(hasLeaf && (cpuId(CacheProperties).Eax & CacheType) != 0);
    }

    private static int Letters(ReadOnlySpan<byte> text) => BitConverter.ToInt32(text);
}
