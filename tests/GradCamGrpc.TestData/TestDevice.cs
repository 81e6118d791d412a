using GradCamGrpc.Models.Devices;
using static TorchSharp.torch;

namespace GradCamGrpc.TestData;

/// <summary>Where golden cases of networks run: the CPU, unless <c>GRADCAM_DEVICE</c> names another device, as for a server.</summary>
public static class TestDevice
{
    /// <summary>The device, ready.</summary>
    public static ComputeDevice Open()
    {
        var text = Environment.GetEnvironmentVariable("GRADCAM_DEVICE") is { Length: > 0 } named ? named : DeviceName.Cpu.ToString();
        var name = DeviceName.Parse(text) ?? throw new InvalidDataException($"GRADCAM_DEVICE: '{text}' is no device");
        return name.Objection() is { } objection ? throw new InvalidDataException($"GRADCAM_DEVICE: '{name}' {objection}") : ComputeDevice.Open(name);
    }

    /// <summary>An image there, channels last.</summary>
    /// <param name="device">Where.</param>
    /// <param name="values">[B, C, h, w].</param>
    public static Tensor Image(this ComputeDevice device, Tensor values) =>
        GradCamGrpc.Models.Networks.ChannelsLast.Of(values).to(device.Device);
}
