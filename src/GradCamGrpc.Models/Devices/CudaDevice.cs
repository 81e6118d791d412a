using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Devices;

/// <summary>
/// A CUDA device: inputs are written into page-locked memory, from which the device fetches them while the host goes on. The allocator lends
/// that memory again once the copy is done, so that a batch need not wait for it.
/// </summary>
/// <remarks>
/// Single precision is single precision there too: by default libtorch lets convolutions round their operands to 10 bits (TF32). What runs
/// on a device runs one after the other; several instances of a model let one gather inputs and read maps while another's batch computes.
/// </remarks>
internal sealed class CudaDevice : ComputeDevice
{
    /// <summary>TorchSharp has no argument for page-locked memory: dtype 6 is single precision.</summary>
    private const string Allocation = """
        def page_locked(count: int, height: int, width: int) -> Tensor:
            return torch.empty([count, height, width, 3], dtype=6, layout=None, device=None, pin_memory=True, memory_format=None)

        """;

    private readonly jit.CompilationUnit _allocation = CompileAllocation();

    public CudaDevice(int index)
    {
        Device = new Device(DeviceType.CUDA, index);
        InitializeDevice(Device);
        backends.cudnn.allow_tf32 = false;
        backends.cuda.matmul.allow_tf32 = false;
    }

    public override Device Device { get; }

    public override int LargestBatch => 64;

    /// <summary>For each size cuDNN looks for its kernels first, layer by layer and for each thread anew: a second or more.</summary>
    public override bool FillsBatches => true;

    public override void Dispose()
    {
        _allocation.Dispose();
        base.Dispose();
    }

    internal static jit.CompilationUnit CompileAllocation() => jit.compile(Allocation);

    private protected override Tensor HostMemory(int count, int height, int width) =>
        (Tensor)_allocation.invoke("page_locked", count, height, width);

    private protected override Tensor Send(Tensor host) => host.to(Device, non_blocking: true);
}
