using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>Batch normalisation with stored statistics, and the non-linearity behind it: unfolded, that is a layer "act".</summary>
internal sealed class BatchNormActivation : nn.Module<Tensor, Tensor>
{
    private readonly double _epsilon;
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly Tensor running_mean;
    private readonly Tensor running_var;
    private readonly nn.Module<Tensor, Tensor>? act;

    /// <param name="channels">C.</param>
    /// <param name="activation">The non-linearity.</param>
    /// <param name="epsilon">Added to the variance; EfficientNet's and GoogLeNet's, unless another is given.</param>
    public BatchNormActivation(int channels, Activation activation, double epsilon = 1e-3)
        : base(nameof(BatchNormActivation))
    {
        Activation = activation;
        _epsilon = epsilon;
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        running_mean = zeros(channels);
        running_var = ones(channels);
        act = activation switch
        {
            Activation.ReLU => nn.ReLU(),
            Activation.ReLU6 => nn.ReLU6(),
            Activation.None => null,
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "there is no such non-linearity"),
        };
        register_buffer(nameof(running_mean), running_mean);
        register_buffer(nameof(running_var), running_var);
        RegisterComponents();
    }

    /// <summary>The non-linearity.</summary>
    public Activation Activation { get; }

    /// <summary>What the convolution in front has done already.</summary>
    public NormInput Input { get; set; }

    public override Tensor forward(Tensor input)
    {
        // A folded convolution's output is seen by nobody else: it may be overwritten.
        if (Input is NormInput.Activated)
            return input.alias();
        if (Input is NormInput.Normalised)
            return ActivateInPlace(input.alias());

        var normalised = nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training: false, eps: _epsilon);
        if (act is null)
            return normalised;
        using (normalised)
            return act.call(normalised);
    }

    /// <summary>This normalisation as y = scale · x + shift, in double precision.</summary>
    public (Tensor Scale, Tensor Shift) AsAffine()
    {
        var scale = weight.to(float64) / running_var.to(float64).Plus(_epsilon).sqrt();
        var shift = bias.to(float64) - running_mean.to(float64) * scale;
        return (scale, shift);
    }

    private Tensor ActivateInPlace(Tensor values) => Activation switch
    {
        Activation.ReLU => values.relu_(),
        Activation.ReLU6 => values.relu6_(),
        Activation.None => values,
        _ => throw new InvalidOperationException($"there is no non-linearity {Activation}"),
    };
}
