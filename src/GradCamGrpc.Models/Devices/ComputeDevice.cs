using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Devices;

/// <summary>Where a network runs, and how inputs get there: all that the CPU and CUDA do differently while a server serves. It belongs to one thread.</summary>
public abstract class ComputeDevice : IDisposable
{
    /// <summary>The device, in libtorch's terms.</summary>
    public abstract Device Device { get; }

    /// <summary>The largest batch that is tried where none is set.</summary>
    public abstract int LargestBatch { get; }

    /// <summary>Whether a batch of a size that has not run yet is slow, so that it is worth filling it up to one that has.</summary>
    public abstract bool FillsBatches { get; }

    /// <summary>Gets a device ready.</summary>
    /// <param name="name">One that is there: see <see cref="DeviceName.Objection"/>.</param>
    public static ComputeDevice Open(DeviceName name) => name.IsCpu ? new CpuDevice() : new CudaDevice(name.Index);

    /// <summary>Brings a batch of inputs there.</summary>
    /// <param name="inputs">How many they are.</param>
    /// <param name="height">Their height, h.</param>
    /// <param name="width">Their width, w.</param>
    /// <param name="write">Writes the values of one of them, [h, w, 3].</param>
    /// <param name="rows">R, as many as they are or more: those beyond them are zeros. Null for as many.</param>
    /// <returns>[R, 3, h, w], channels last, in the caller's dispose scope.</returns>
    public Tensor Upload(int inputs, int height, int width, Action<int, Span<float>> write, int? rows = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows ?? inputs, inputs, nameof(rows));
        var host = HostMemory(rows ?? inputs, height, width);
        var values = MemoryMarshal.Cast<byte, float>(host.bytes);
        var size = height * width * 3;
        for (var i = 0; i < inputs; i++)
            write(i, values.Slice(i * size, size));
        values[(inputs * size)..].Clear();
        return Send(host).permute(0, 3, 1, 2);
    }

    /// <inheritdoc />
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Memory of the host's, not set to anything.</summary>
    /// <returns>Single precision, [B, h, w, 3].</returns>
    private protected abstract Tensor HostMemory(int count, int height, int width);

    /// <summary>Brings what has been written there.</summary>
    /// <param name="host">What <see cref="HostMemory"/> gave; nobody writes it any more.</param>
    private protected abstract Tensor Send(Tensor host);
}
