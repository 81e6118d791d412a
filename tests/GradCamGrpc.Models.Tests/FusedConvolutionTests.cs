using GradCamGrpc.Models.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

public sealed class FusedConvolutionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly FusedConvolution? _fused = FusedConvolution.For(CPU, Precision.Fp32);

    public void Dispose()
    {
        _fused?.Dispose();
        _scope.Dispose();
    }

    public static TheoryData<int, int, int, int, string, bool> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int, string, bool>();
        foreach (var activation in Enum.GetNames<Activation>())
        {
            shapes.Add(1, 1, 0, 1, activation, true);
            shapes.Add(3, 2, 0, 1, activation, true);
            shapes.Add(5, 1, 2, 12, activation, true);
            shapes.Add(3, 2, 1, 4, activation, false);
        }
        return shapes;
    }

    [Fact]
    public void For_Bf16_IsThereWhereTheCpuComputesWithIt()
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        using var half = FusedConvolution.For(CPU, Precision.Bf16);

        Assert.Equal(PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true) is null, half is not null);
    }

    /// <summary>Weights are reordered for one image and half the kernel as padding, and run with others.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Convolve_AnyShape_EqualsThePlainOperatorsOneAfterTheOther(
        int kernel, int stride, int padding, int groups, string activation, bool isChannelsLast)
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        using var noTape = no_grad();
        using var generator = new Generator(5);
        var input = randn([2, 12, 9, 11], generator: generator) * 4;
        if (isChannelsLast)
            input = ChannelsLast.Of(input);
        var weights = randn([24, 12 / groups, kernel, kernel], generator: generator);
        var bias = randn([24], generator: generator);
        var shape = new ConvolutionShape(padding, padding, stride, groups);

        var ready = _fused.Reorder(weights, shape with { Rows = kernel / 2, Columns = kernel / 2 }, input.narrow(0, 0, 1));
        var output = _fused.Convolve(input, ready, bias, shape, Enum.Parse<Activation>(activation));

        var plain = nn.functional.conv2d(input, weights, bias, [stride, stride], [padding, padding], groups: groups);
        var expected = activation switch
        {
            nameof(Activation.ReLU) => plain.relu(),
            nameof(Activation.ReLU6) => plain.relu6(),
            nameof(Activation.None) => plain,
            _ => throw new ArgumentException("say what it is", nameof(activation)),
        };
        Assert.Equal(expected.shape, output.shape);
        Assert.True(output.allclose(expected, rtol: 1e-5, atol: 1e-4));
    }

    [Theory]
    [InlineData(nameof(Activation.None))]
    [InlineData(nameof(Activation.ReLU))]
    public void ConvolveAndAdd_AnyActivation_EqualsThePlainOperatorsOneAfterTheOther(string activation)
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        using var noTape = no_grad();
        using var generator = new Generator(5);
        var input = ChannelsLast.Of(randn([2, 12, 9, 11], generator: generator));
        var addend = ChannelsLast.Of(randn([2, 24, 9, 11], generator: generator) * 4);
        var before = addend.clone();
        var weights = randn([24, 12, 3, 3], generator: generator);
        var bias = randn([24], generator: generator);
        var shape = new ConvolutionShape(1, 1, 1, 1);

        var output = _fused.ConvolveAndAdd(input, addend, _fused.Reorder(weights, shape, input), bias, shape, Enum.Parse<Activation>(activation));

        var sum = nn.functional.conv2d(input, weights, bias, padding: [1, 1]) + before;
        var expected = activation == nameof(Activation.ReLU) ? sum.relu() : sum;
        Assert.True(output.allclose(expected, rtol: 1e-5, atol: 1e-4));
        Assert.True(addend.equal(before).all().item<bool>());
    }

    [Fact]
    public void ConvolveAndAdd_NonLinearityThatNoSumHas_IsRefused()
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        var shape = new ConvolutionShape(0, 0, 1, 1);
        var input = randn(1, 4, 5, 5);
        var ready = _fused.Reorder(randn(4, 4, 1, 1), shape, input);

        Assert.Throws<ArgumentOutOfRangeException>(() => _fused.ConvolveAndAdd(input, input, ready, zeros(4), shape, Activation.ReLU6));
    }

    [Fact]
    public void ConvolveAndAdd_AddendWithATape_IsRefused()
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        var shape = new ConvolutionShape(0, 0, 1, 1);
        var input = randn(1, 4, 5, 5);
        var addend = randn(1, 4, 5, 5).requires_grad_();
        var ready = _fused.Reorder(randn(4, 4, 1, 1), shape, input);

        Assert.Throws<InvalidOperationException>(() => _fused.ConvolveAndAdd(input, addend, ready, zeros(4), shape, Activation.None));
    }

    [Fact]
    public void Convolve_InputWithATape_IsRefused()
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        var input = randn(1, 4, 5, 5).requires_grad_();
        var shape = new ConvolutionShape(0, 0, 1, 1);
        var ready = _fused.Reorder(randn(4, 4, 1, 1), shape, input);

        Assert.Throws<InvalidOperationException>(() => _fused.Convolve(input, ready, zeros(4), shape, Activation.None));
    }
}
