using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace GradCamGrpc.Tensors;

/// <summary>Takes numbers out of tensors.</summary>
public static class TensorValues
{
    /// <summary>A copy of all values, row-major.</summary>
    public static float[] Floats(Tensor values)
    {
        // Held on to until it is copied: the span does not hold on to it.
        using var plain = values.detach().to(float32).cpu().contiguous();
        return MemoryMarshal.Cast<byte, float>(plain.bytes).ToArray();
    }
}
