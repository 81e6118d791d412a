using GradCamGrpc.Models.Networks;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

public sealed class OrderedWeightsTests : IDisposable
{
    private static readonly ConvolutionShape Shape = new(Rows: 0, Columns: 0, Stride: 1, Groups: 1);

    private readonly FusedConvolution? _fused = FusedConvolution.For(CPU, Precision.Fp32);
    private int _made;

    public void Dispose() => _fused?.Dispose();

    [Theory]
    [InlineData(4, 7, 7, 0, false)]
    [InlineData(4, 7, 9, 0, true)]
    [InlineData(4, 9, 7, 0, true)]
    [InlineData(4, 7, 7, 1, true)]
    public void For_SecondInput_OrdersAgainWhereItsSizeOrShapeIsAnother(int batch, int height, int width, int padding, bool isAnother)
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        using var scope = NewDisposeScope();
        using var weights = new OrderedWeights(_fused);

        var first = weights.For(zeros(2, 8, 7, 7), Shape, Make);
        var second = weights.For(zeros(batch, 8, height, width), Shape with { Rows = padding, Columns = padding }, Make);

        Assert.Equal(isAnother, !ReferenceEquals(first, second));
        Assert.Equal(isAnother ? 2 : 1, _made);
    }

    [Fact]
    public void For_OneImage_HasAnOrderOfItsOwnWhereThreadsShareIt()
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        using var scope = NewDisposeScope();
        using var weights = new OrderedWeights(_fused);

        var one = weights.For(zeros(1, 8, 7, 7), Shape, Make);
        var two = weights.For(zeros(2, 8, 7, 7), Shape, Make);

        Assert.Equal(get_num_threads() > 1, !ReferenceEquals(one, two));
        Assert.Same(one, weights.For(zeros(1, 8, 7, 7), Shape, Make));
    }

    [Fact]
    public void For_EndOfTheCallersScope_KeepsThemUntilDisposed()
    {
        Assert.SkipWhen(_fused is null, "this CPU has no such convolutions");
        using var weights = new OrderedWeights(_fused);
        Tensor ordered;
        using (NewDisposeScope())
            ordered = weights.For(zeros(2, 8, 7, 7), Shape, Make);

        Assert.False(ordered.IsInvalid);
        weights.Dispose();
        Assert.True(ordered.IsInvalid);
    }

    private Tensor Make()
    {
        _made++;
        return randn(16, 8, 1, 1);
    }
}
