using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>A linear layer of a head, whose weights may be put in the order in which the CPU's kernel reads them.</summary>
internal sealed class HeadLinear : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    private readonly OrderedLinear _ordered = new();

    /// <param name="inputs">The width of what comes in.</param>
    /// <param name="outputs">The width of what goes out.</param>
    public HeadLinear(long inputs, long outputs)
        : base(nameof(HeadLinear))
    {
        using var initial = nn.Linear(inputs, outputs);
        using var weight = initial.weight.detach();
        using var bias = initial.bias!.detach();
        _weight = new Parameter(weight);
        _bias = new Parameter(bias);
        RegisterComponents();
    }

    /// <summary>[out, in].</summary>
    public Tensor Weight => _weight;

    /// <param name="input">[.., in].</param>
    /// <returns>[.., out].</returns>
    public override Tensor forward(Tensor input) => _ordered.Of(input, _weight, _bias);

    /// <summary>Carries gradients back.</summary>
    /// <param name="gradients">dScore/dOutput, [.., out].</param>
    /// <returns>dScore/dInput, [.., in].</returns>
    public Tensor Back(Tensor gradients) => _ordered.Back(gradients, _weight);

    /// <summary>Puts the weights in order. They must not change any more, until <see cref="Forget"/>.</summary>
    /// <param name="kernel">Multiplies; it must outlive the order.</param>
    public void Order(LinearKernel kernel) => _ordered.Order(kernel, _weight, _bias);

    /// <summary>Goes back to the weights themselves.</summary>
    public void Forget() => _ordered.Forget();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Forget();
        base.Dispose(disposing);
    }
}
