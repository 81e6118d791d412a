using GradCamGrpc.Explain.Methods;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

public sealed class GradCamTests
{
    [Fact]
    public void Map_TwoChannelsOfTwoByTwo_IsTheHandComputedOne()
    {
        using var scope = NewDisposeScope();
        var activations = tensor([1f, 2, 3, 4, 10, 20, 30, 40]).reshape(2, 2, 2);
        var gradients = tensor([1f, 1, 1, 5, 0, -1, -1, 0]).reshape(1, 2, 2, 2); // channel means 2 and -0.5

        var map = Map(activations, gradients);

        // 2·1 − 0.5·10, 2·2 − 0.5·20, 2·3 − 0.5·30, 2·4 − 0.5·40
        Assert.Equal([-3f, -6, -9, -12], map.data<float>().ToArray());
    }

    [Fact]
    public void Map_GradientIsAnExpandedView_EqualsTheSameGradientInMemory()
    {
        using var scope = NewDisposeScope();
        var activations = arange(24, dtype: float32).reshape(2, 3, 4);
        var expanded = tensor([0.5f, -0.25f, 2, 1]).reshape(2, 2, 1, 1).expand(2, 2, 3, 4);

        var map = Map(activations, expanded);

        Assert.True(map.allclose(Map(activations, expanded.contiguous()), rtol: 0, atol: 0));
        Assert.Equal(0.5f * 0 - 0.25f * 12, map[0, 0, 0].item<float>());
        Assert.Equal(2f * 11 + 23, map[1, 2, 3].item<float>());
    }

    private static Tensor Map(Tensor activations, Tensor gradients) => ((ICamMethod)new GradCam()).Map(activations, gradients);
}
