using GradCamGrpc.Models.Devices;
using TorchSharp;

namespace GradCamGrpc.Models.Tests.Devices;

public sealed class DeviceNameTests
{
    [Theory]
    [InlineData("cpu", DeviceType.CPU, 0, "cpu")]
    [InlineData("cuda", DeviceType.CUDA, 0, "cuda:0")]
    [InlineData("cuda:0", DeviceType.CUDA, 0, "cuda:0")]
    [InlineData("cuda:12", DeviceType.CUDA, 12, "cuda:12")]
    public void Parse_Name_IsTheDevice(string text, DeviceType type, int index, string name)
    {
        var device = DeviceName.Parse(text);

        Assert.Equal(new DeviceName(type, index), device);
        Assert.Equal(name, device!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("cpu:0")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:100")]
    [InlineData("cuda:1\n")]
    [InlineData(" cuda")]
    public void Parse_AnythingElse_IsNone(string text) => Assert.Null(DeviceName.Parse(text));

    [Fact]
    public void Objection_Cpu_IsNone() => Assert.Null(DeviceName.Cpu.Objection());

    [Theory]
    [InlineData(0, 1, null)]
    [InlineData(1, 2, null)]
    [InlineData(2, 2, "up to cuda:1")]
    [InlineData(0, 0, "no CUDA device")]
    public void Objection_CudaDevice_IsThatItIsNotHere(int index, int count, string? part)
    {
        var objection = DeviceName.ObjectionTo(index, count);

        if (part is null)
            Assert.Null(objection);
        else
            Assert.Contains(part, objection, StringComparison.Ordinal);
    }
}
