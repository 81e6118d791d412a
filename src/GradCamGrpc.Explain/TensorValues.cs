using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain;

/// <summary>Takes numbers out of tensors.</summary>
internal static class TensorValues
{
    /// <summary>A copy of all values, row-major.</summary>
    public static float[] Floats(Tensor values) =>
        MemoryMarshal.Cast<byte, float>(values.detach().to(float32).cpu().contiguous().bytes).ToArray();
}
