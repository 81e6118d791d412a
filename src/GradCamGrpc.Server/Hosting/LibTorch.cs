using System.Runtime.InteropServices;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Server.Options;
using TorchSharp;

namespace GradCamGrpc.Server.Hosting;

/// <summary>The native library that everything rests on.</summary>
public static class LibTorch
{
    private const string Bridge = "LibTorchSharp";

    /// <summary>Loads it, and sets it up for what is to run on it.</summary>
    /// <param name="devices">Where networks will run.</param>
    /// <param name="threads">Threads within one tensor operation, here and in threads that start from here on; null for libtorch's own choice.</param>
    /// <exception cref="LibTorchException">It does not load.</exception>
    /// <exception cref="InvalidOptionsException">A device is not here.</exception>
    public static void Prepare(IReadOnlyList<DeviceName> devices, int? threads)
    {
        EnsureLoads();
        var faults = from device in devices
                     let objection = device.Objection()
                     where objection is not null
                     select $"{Settings.Device.Option}: '{device}' {objection}";
        if (faults.ToArray() is { Length: > 0 } all)
            throw new InvalidOptionsException(all);

        if (threads is { } count)
            torch.set_num_threads(count);
    }

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
