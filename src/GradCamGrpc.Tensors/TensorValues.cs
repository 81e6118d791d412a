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
        if (ArePlain(values))
            return Copy(values);
        using var plain = values.detach().to(float32).cpu().contiguous();
        return Copy(plain);
    }

    /// <summary>Whether values lie in the CPU's memory in single precision, row-major and one behind the other.</summary>
    public static bool ArePlain(Tensor values) =>
        values.dtype is ScalarType.Float32 && values.device_type is DeviceType.CPU && values.is_contiguous();

    /// <summary>All values where they lie, row-major; whoever looks has to keep the tensor alive meanwhile.</summary>
    /// <param name="plain">A tensor whose values <see cref="ArePlain"/>.</param>
    public static ReadOnlySpan<float> View(Tensor plain) => MemoryMarshal.Cast<byte, float>(plain.bytes);

    private static float[] Copy(Tensor plain)
    {
        var floats = View(plain).ToArray();

        // Until here: the span does not hold on to it.
        GC.KeepAlive(plain);
        return floats;
    }
}
