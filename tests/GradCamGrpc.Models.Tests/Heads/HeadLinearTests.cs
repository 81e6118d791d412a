using GradCamGrpc.Models.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests.Heads;

public sealed class HeadLinearTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LinearKernel? _kernel = LinearKernel.For(CPU, ScalarType.Float32);
    private readonly HeadLinear _linear = new(inputs: 32, outputs: 96);

    public void Dispose()
    {
        _linear.Dispose();
        _kernel?.Dispose();
        _scope.Dispose();
    }

    /// <summary>As torch's own linear layers: by names, and evenly between plus and minus 1 / √inputs.</summary>
    [Fact]
    public void Constructor_Weights_AreTorchs()
    {
        var state = _linear.state_dict();
        var bound = 1 / Math.Sqrt(32);

        Assert.Equal(["weight", "bias"], state.Keys);
        Assert.Equal([96, 32], state["weight"].shape);
        Assert.All(state.Values, values => Assert.InRange(values.abs().max().item<float>(), 0.8 * bound, bound));
    }

    [Fact]
    public void Order_BothWays_SaysWhatItSaidBefore()
    {
        Assert.SkipWhen(_kernel is null, "this CPU has no such products");
        using var noTape = no_grad();
        var (input, gradients) = (randn(3, 4, 32), randn(5, 96));
        var (output, back) = (_linear.call(input), _linear.Back(gradients));

        _linear.Order(_kernel);

        Assert.True(_linear.call(input).allclose(output, rtol: 1e-4, atol: 1e-5));
        Assert.True(_linear.Back(gradients).allclose(back, rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Forward_OrderedAndOnATape_HasGradients()
    {
        Assert.SkipWhen(_kernel is null, "this CPU has no such products");
        _linear.Order(_kernel);
        var input = randn(4, 32).requires_grad_();

        var gradient = autograd.grad([_linear.call(input).sum()], [input])[0];

        Assert.True(gradient.allclose(_linear.Back(ones(4, 96)), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Forward_OrderedAndNoRows_IsEmpty()
    {
        Assert.SkipWhen(_kernel is null, "this CPU has no such products");
        using var noTape = no_grad();
        _linear.Order(_kernel);

        Assert.Equal([0, 96], _linear.call(zeros(0, 32)).shape);
        Assert.Equal([0, 32], _linear.Back(zeros(0, 96)).shape);
    }

    /// <summary>While the weights are in order, a change of them is not seen.</summary>
    [Fact]
    public void Forget_WeightsChanged_AreSeen()
    {
        Assert.SkipWhen(_kernel is null, "this CPU has no such products");
        using var noTape = no_grad();
        _linear.Order(_kernel);
        var (before, backBefore) = (_linear.call(ones(1, 32)), _linear.Back(ones(1, 96)));
        _linear.Weight.zero_();
        var (ordered, back) = (_linear.call(ones(1, 32)), _linear.Back(ones(1, 96)));

        _linear.Forget();

        Assert.True(ordered.eq(before).all().item<bool>());
        Assert.True(back.eq(backBefore).all().item<bool>());
        Assert.True(_linear.Back(ones(1, 96)).eq(0).all().item<bool>());
        Assert.True(_linear.call(ones(1, 32)).eq(_linear.state_dict()["bias"]).all().item<bool>());
    }
}
