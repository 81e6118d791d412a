using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// Convolutions that add their bias and a shortcut, and apply the non-linearity behind it, before they write anything: oneDNN's, for CPUs,
/// which know no gradient.
/// </summary>
/// <remarks>It belongs to one thread.</remarks>
internal sealed class FusedConvolution : IDisposable
{
    private const string Shape = "rows: int, columns: int, stride: int, groups: int";

    private static readonly string Methods =
        $"  def reorder(self: {OperatorScript.Self}, weight: Tensor, {Shape}, input: Tensor) -> Tensor:\n"
        + "    return ops.mkldnn._reorder_convolution_weight(weight, [rows, columns], [stride, stride], [1, 1], groups, input.size())\n"
        + Convolution("convolve", "\"none\"", "")
        + Convolution("convolve_relu", "\"relu\"", "")
        + Convolution("convolve_relu6", "\"hardtanh\"", "0., 6.")
        + ConvolutionAndSum("convolve_add", "None")
        + ConvolutionAndSum("convolve_add_relu", "\"relu\"");

    private readonly jit.ScriptModule _script = OperatorScript.Load(Methods);

    private FusedConvolution()
    {
    }

    /// <summary>Such convolutions, where tensors of the device can have them in that precision; else null.</summary>
    /// <remarks>Some CPUs without instructions for bfloat16 refuse to reorder such weights, and on none of them is it worth while.</remarks>
    public static FusedConvolution? For(Device device, Precision precision) =>
        device.type is DeviceType.CPU
        && RuntimeInformation.ProcessArchitecture is Architecture.X64
        && PrecisionSupport.ObjectionTo(precision, isCpu: true) is null
            ? new FusedConvolution()
            : null;

    /// <summary>Weights in the order in which the kernel reads them; of use to <see cref="Convolve"/> alone.</summary>
    /// <remarks>
    /// Other inputs and another padding work, too; but where the kernel wants another order for them, it makes that anew in every pass, which
    /// can take as long as the rest of the network (seen on CPUs without AVX-512).
    /// </remarks>
    /// <param name="weights">[out, in / groups, h, w].</param>
    /// <param name="shape">As they will be used.</param>
    /// <param name="input">[B, in, h, w], of the size that they will be used for, in channels-last strides.</param>
    public Tensor Reorder(Tensor weights, ConvolutionShape shape, Tensor input) =>
        (Tensor)_script.invoke("reorder", weights, shape.Rows, shape.Columns, shape.Stride, shape.Groups, input);

    /// <summary>Convolves.</summary>
    /// <param name="input">[B, in, h, w], without a tape.</param>
    /// <param name="weights">Of <see cref="Reorder"/>.</param>
    /// <param name="bias">[out].</param>
    /// <param name="shape">How the kernel moves.</param>
    /// <param name="activation">What is applied to each value.</param>
    /// <returns>[B, out, h', w'], in the strides of the input.</returns>
    public Tensor Convolve(Tensor input, Tensor weights, Tensor bias, ConvolutionShape shape, Activation activation)
    {
        RefuseTape(input);
        var method = activation switch
        {
            Activation.ReLU => "convolve_relu",
            Activation.ReLU6 => "convolve_relu6",
            Activation.None => "convolve",
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "there is no such convolution"),
        };
        return (Tensor)_script.invoke(method, input, weights, bias, shape.Rows, shape.Columns, shape.Stride, shape.Groups);
    }

    /// <summary>Convolves, and adds another tensor in front of the non-linearity.</summary>
    /// <param name="input">[B, in, h, w], without a tape.</param>
    /// <param name="addend">[B, out, h', w'], without a tape.</param>
    /// <param name="weights">Of <see cref="Reorder"/>.</param>
    /// <param name="bias">[out].</param>
    /// <param name="shape">How the kernel moves.</param>
    /// <param name="activation">What is applied to each sum: nothing or a ReLU.</param>
    /// <returns>[B, out, h', w'], in the strides of the input.</returns>
    public Tensor ConvolveAndAdd(Tensor input, Tensor addend, Tensor weights, Tensor bias, ConvolutionShape shape, Activation activation)
    {
        RefuseTape(input);
        RefuseTape(addend);
        var method = activation switch
        {
            Activation.ReLU => "convolve_add_relu",
            Activation.None => "convolve_add",
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "there is no such sum"),
        };
        return (Tensor)_script.invoke(method, input, addend, weights, bias, shape.Rows, shape.Columns, shape.Stride, shape.Groups);
    }

    /// <inheritdoc />
    public void Dispose() => _script.Dispose();

    private static void RefuseTape(Tensor tensor)
    {
        if (tensor.requires_grad)
            throw new InvalidOperationException("a fused convolution has no gradient");
    }

    private static string Convolution(string name, string activation, string scalars) =>
        $"  def {name}(self: {OperatorScript.Self}, x: Tensor, weight: Tensor, bias: Tensor, {Shape}) -> Tensor:\n"
        + "    return ops.mkldnn._convolution_pointwise(x, weight, bias, [rows, columns], [stride, stride], [1, 1], groups, "
        + $"{activation}, annotate(List[Optional[number]], [{scalars}]), None)\n";

    private static string ConvolutionAndSum(string name, string activation) =>
        $"  def {name}(self: {OperatorScript.Self}, x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, {Shape}) -> Tensor:\n"
        + "    return ops.mkldnn._convolution_pointwise(x, y, weight, bias, [rows, columns], [stride, stride], [1, 1], groups, "
        + $"\"add\", 1, {activation}, annotate(List[Optional[number]], []), None)\n";
}
