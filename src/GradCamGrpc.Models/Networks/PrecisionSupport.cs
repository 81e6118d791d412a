using System.Runtime.Intrinsics.X86;
using GradCamGrpc.Tensors.Native;

namespace GradCamGrpc.Models.Networks;

/// <summary>Which devices have instructions of their own for a precision.</summary>
public static class PrecisionSupport
{
    private const int ExtendedFeatures = 7;
    private const int Avx512Bf16 = 1 << 5;
    private const int AmxBf16 = 1 << 22;

    /// <summary>Why a precision is of no use on a device, a clause; null where it is.</summary>
    /// <param name="precision">The precision.</param>
    /// <param name="isCpu">Whether the device is the CPU; others have both.</param>
    public static string? ObjectionTo(Precision precision, bool isCpu) =>
        ObjectionTo(precision, isCpu, CpuHasBf16(), precision is Precision.Bf16 && isCpu ? OneDnn.LimitBelowBf16 : null);

    internal static string? ObjectionTo(Precision precision, bool isCpu, bool cpuHasBf16, string? limit) => (precision, isCpu, cpuHasBf16) switch
    {
        (Precision.Bf16, true, false) => "needs a CPU with instructions for it (avx512_bf16 or amx_bf16 among the flags in /proc/cpuinfo), "
            + "and this one has none: it would be several times slower than fp32",
        (Precision.Bf16, true, true) when limit is not null => $"needs the CPU's instructions for it, and oneDNN is limited to {limit} (ONEDNN_MAX_CPU_ISA)",
        _ => null,
    };

    private static bool CpuHasBf16()
    {
        // AVX-512 being usable says that the processor has these leaves, and that the system saves the registers.
        if (!Avx512F.IsSupported)
            return false;
        var (_, _, _, edx) = X86Base.CpuId(ExtendedFeatures, 0);
        var (eax, _, _, _) = X86Base.CpuId(ExtendedFeatures, 1);
        return (eax & Avx512Bf16) != 0 || (edx & AmxBf16) != 0;
    }
}
