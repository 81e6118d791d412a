using System.Runtime.InteropServices;
using TorchSharp;

namespace GradCamGrpc.Server.Hosting;

/// <summary>The native library that everything rests on.</summary>
public static class LibTorch
{
    private const string Bridge = "LibTorchSharp";

    /// <summary>Loads it, or says in plain words why not: what the runtime says is a page long and blames the wrong file.</summary>
    /// <exception cref="LibTorchException">It does not load.</exception>
    public static void EnsureLoads()
    {
        try
        {
            NativeLibrary.Load(Bridge, typeof(torch).Assembly, searchPath: null);
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException)
        {
            // One line for each place that was tried. Where the bridge itself was found, the reason is the line about another file.
            var lines = fault.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var reason = lines.FirstOrDefault(line => line.Contains(".so", StringComparison.Ordinal) && !line.Contains(Bridge, StringComparison.Ordinal))
                ?? lines.FirstOrDefault(line => line.Contains("version", StringComparison.Ordinal))
                ?? $"lib{Bridge}.so is not beside the program";
            throw new LibTorchException(reason, fault);
        }
    }
}
