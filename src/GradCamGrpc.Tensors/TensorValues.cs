using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Tensors;

/// <summary>Takes numbers out of tensors.</summary>
public static class TensorValues
{
    /// <summary>A copy of all values, row-major.</summary>
    public static float[] Floats(Tensor values)
    {
        // Each step would make a tensor, where a small map most often needs no step.
        if (IsPlain(values))
            return Copy(values);
        using var plain = values.detach().to(float32).cpu().contiguous();
        return Copy(plain);
    }

    private static bool IsPlain(Tensor values) =>
        values.dtype is ScalarType.Float32 && values.device_type is DeviceType.CPU && values.is_contiguous();

    private static float[] Copy(Tensor plain)
    {
        var floats = MemoryMarshal.Cast<byte, float>(plain.bytes).ToArray();

        // Until here: the span does not hold on to it.
        GC.KeepAlive(plain);
        return floats;
    }
}
