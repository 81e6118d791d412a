using System.Runtime.InteropServices;
using GradCamGrpc.Models.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>oneDNN's product with weights that are put in its own order once: for CPUs, float32, and no gradient.</summary>
/// <remarks>
/// The usual one reads weights in torch's order, and copies them into another for each product. For the few words of a head that takes longer
/// than the product itself. Any number of threads may use it at a time.
/// </remarks>
internal sealed class LinearKernel : IDisposable
{
    private static readonly string Methods =
        $"  def reorder(self: {OperatorScript.Self}, weight: Tensor, rows: int) -> Tensor:\n"
        + "    return ops.mkldnn._reorder_linear_weight(weight, rows)\n"
        + $"  def multiply(self: {OperatorScript.Self}, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:\n"
        + "    return ops.mkldnn._linear_pointwise(x, weight, bias, \"none\", annotate(List[Optional[number]], []), \"\")\n";

    private readonly jit.ScriptModule _script = OperatorScript.Load(Methods);

    private LinearKernel()
    {
    }

    /// <summary>Such products, where tensors can have them; else null.</summary>
    public static LinearKernel? For(Device device, ScalarType type) =>
        device.type is DeviceType.CPU && type is ScalarType.Float32 && RuntimeInformation.ProcessArchitecture is Architecture.X64
            ? new LinearKernel()
            : null;

    /// <summary>Weights in the kernel's order; of use to <see cref="Multiply"/> alone.</summary>
    /// <param name="weights">[out, in].</param>
    /// <param name="rows">For how many rows at a time the order is chosen; others work, too.</param>
    public Tensor Reorder(Tensor weights, int rows) => (Tensor)_script.invoke("reorder", weights, rows);

    /// <summary>x · Wᵀ + b.</summary>
    /// <param name="input">[.., in], without a tape.</param>
    /// <param name="weights">Of <see cref="Reorder"/>.</param>
    /// <param name="bias">[out].</param>
    /// <returns>[.., out].</returns>
    public Tensor Multiply(Tensor input, Tensor weights, Tensor bias) =>
        (Tensor)_script.invoke("multiply", input, weights, bias);

    /// <inheritdoc />
    public void Dispose() => _script.Dispose();
}
