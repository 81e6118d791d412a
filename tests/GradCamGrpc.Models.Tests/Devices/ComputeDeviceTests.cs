using GradCamGrpc.Models.Devices;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests.Devices;

public sealed class ComputeDeviceTests
{
    /// <summary>Two inputs of 1 x 2 pixels; the value says image, column and channel.</summary>
    [Fact]
    public void Upload_TwoInputs_AreChannelsLast()
    {
        using var scope = NewDisposeScope();
        using var device = ComputeDevice.Open(DeviceName.Cpu);

        var images = device.Upload(2, height: 1, width: 2, (i, values) =>
        {
            for (var column = 0; column < 2; column++)
            {
                for (var channel = 0; channel < 3; channel++)
                    values[3 * column + channel] = 100 * i + 10 * column + channel;
            }
        });

        Assert.Equal([2, 3, 1, 2], images.shape);
        Assert.Equal([6, 1, 6, 3], images.stride());
        Assert.Equal(112, images[1, 2, 0, 1].item<float>());
        Assert.Equal(1, images[0, 1, 0, 0].item<float>());
    }

    [Fact]
    public void Upload_MoreRowsThanInputs_TheOthersAreZeros()
    {
        using var scope = NewDisposeScope();
        using var device = ComputeDevice.Open(DeviceName.Cpu);
        device.Upload(4, 1, 1, (_, values) => values.Fill(7)).Dispose();

        var images = device.Upload(1, 1, 1, (_, values) => values.Fill(2), rows: 4);

        Assert.Equal([4, 3, 1, 1], images.shape);
        Assert.Equal([6, 0, 0, 0], images.sum([1, 2, 3]).data<float>().ToArray());
    }

    [Fact]
    public void Upload_FewerRowsThanInputs_Throws()
    {
        using var device = ComputeDevice.Open(DeviceName.Cpu);

        Assert.Throws<ArgumentOutOfRangeException>(() => device.Upload(2, 1, 1, (_, _) => { }, rows: 1));
    }

    [Fact]
    public void Upload_NextBatch_LeavesTheOneBeforeAsItIs()
    {
        using var scope = NewDisposeScope();
        using var device = ComputeDevice.Open(DeviceName.Cpu);
        var first = device.Upload(1, 1, 1, (_, values) => values.Fill(1));

        device.Upload(1, 1, 1, (_, values) => values.Fill(2));

        Assert.Equal(3, first.sum().item<float>());
    }

    /// <summary>libtorch compiles the script of page-locked memory on machines without CUDA, too; run, it says that there is none.</summary>
    [Fact]
    public void PageLockedMemory_WithoutCuda_IsCompiled()
    {
        using var allocation = CudaDevice.CompileAllocation();

        Assert.NotNull(allocation);
    }
}
