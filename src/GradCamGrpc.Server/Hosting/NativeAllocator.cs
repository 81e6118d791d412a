using System.Runtime.InteropServices;

namespace GradCamGrpc.Server.Hosting;

/// <summary>Tunes the C library's allocator for a network's buffers, which are large, short-lived and the same in every pass.</summary>
/// <remarks>
/// By default glibc gives such a buffer back to the system when it is freed, and the next pass pays for thousands of page faults:
/// half of the time of a batch of 8 on the machine this was measured on. The settings hold for the whole process.
/// </remarks>
public static partial class NativeAllocator
{
    // Parameters of mallopt, from malloc.h.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;

    private const int OneGibibyte = 1 << 30;

    /// <summary>Keeps freed memory in the process, and lets libtorch ask for huge pages. Call it before the first tensor is made.</summary>
    /// <returns>Whether the allocator is one that can be tuned; where it is not, all works as before, but slower.</returns>
    public static bool KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var library))
            return false;

        // libtorch reads this from the C library's environment, of which .NET keeps a copy of its own.
        SetEnvironmentVariable("THP_MEM_ALLOC_ENABLE", "1", overwrite: 0);
        return NativeLibrary.TryGetExport(library, "mallopt", out _)
            && SetOption(MapThreshold, OneGibibyte) == 1
            && SetOption(TrimThreshold, OneGibibyte) == 1;
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
