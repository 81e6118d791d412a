using static TorchSharp.torch;

namespace GradCamGrpc.Models.Devices;

/// <summary>The CPU: inputs are where they are to be once they are written.</summary>
internal sealed class CpuDevice : ComputeDevice
{
    public override Device Device { get; } = new(DeviceName.Cpu.ToString());

    public override int LargestBatch => 16;

    public override bool FillsBatches => false;

    private protected override Tensor HostMemory(int count, int height, int width) => empty(count, height, width, 3);

    private protected override Tensor Send(Tensor host) => host;
}
