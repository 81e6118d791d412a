using GradCamGrpc.Models.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests.Heads;

public sealed class OrderedProductTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator = new(5);
    private readonly LinearKernel? _kernel = LinearKernel.For(CPU, ScalarType.Float32);

    public void Dispose()
    {
        _kernel?.Dispose();
        _generator.Dispose();
        _scope.Dispose();
    }

    /// <summary>Whole blocks of outputs and parts of one, for few rows and many. (Where oneDNN takes caches to have one byte, parts come out wrong.)</summary>
    [Theory]
    [InlineData(256, 256)]
    [InlineData(256, 1024)]
    [InlineData(1024, 256)]
    [InlineData(256, 2541)]
    [InlineData(2541, 256)]
    [InlineData(112, 48)]
    [InlineData(30, 80)]
    [InlineData(7, 5)]
    public void Of_AnyRows_EqualsThePlainProduct(long inputs, long outputs)
    {
        Assert.SkipWhen(_kernel is null, "this CPU has no such products");
        using var noTape = no_grad();
        var (weights, bias) = (Random(outputs, inputs), Random(outputs));
        using var product = new OrderedProduct(_kernel, weights, bias);

        foreach (var rows in new[] { 1, 3, 12, 78 })
        {
            var input = Random(rows, inputs);
            Assert.True(product.Of(input).allclose(nn.functional.linear(input, weights, bias), rtol: 1e-4, atol: 1e-3));
        }
    }

    [Fact]
    public void Of_SeveralDimensionsNotInARow_KeepsThem()
    {
        Assert.SkipWhen(_kernel is null, "this CPU has no such products");
        using var noTape = no_grad();
        var (weights, bias) = (Random(24, 16), Random(24));
        using var product = new OrderedProduct(_kernel, weights, bias);
        var input = Random(2, 16, 3).transpose(1, 2);

        var output = product.Of(input);

        Assert.Equal([2, 3, 24], output.shape);
        Assert.True(output.allclose(nn.functional.linear(input, weights, bias), rtol: 1e-4, atol: 1e-4));
    }

    [Fact]
    public void Of_ManyThreadsAtOnce_EachGetsItsOwn()
    {
        Assert.SkipWhen(_kernel is null, "this CPU has no such products");
        var (weights, bias) = (Random(64, 64), Random(64));
        using var product = new OrderedProduct(_kernel, weights, bias);
        var inputs = Enumerable.Range(1, 8).Select(rows => Random(rows, 64)).ToArray();

        var right = new int[inputs.Length];
        Parallel.For(0, inputs.Length, i =>
        {
            using var scope = NewDisposeScope();
            using var noTape = no_grad();
            var expected = nn.functional.linear(inputs[i], weights, bias);
            for (var turn = 0; turn < 50; turn++)
                right[i] += product.Of(inputs[i]).allclose(expected, rtol: 1e-4, atol: 1e-4) ? 1 : 0;
        });

        Assert.All(right, count => Assert.Equal(50, count));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    public void For_OtherNumbers_IsNone(ScalarType type) => Assert.Null(LinearKernel.For(CPU, type));

    [Fact]
    public void For_OtherDevice_IsNone() => Assert.Null(LinearKernel.For(META, ScalarType.Float32));

    private Tensor Random(params long[] shape) => randn(shape, generator: _generator);
}
