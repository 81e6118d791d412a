using GradCamGrpc.Explain.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Each method on two channels of two by two positions, computed by hand.</summary>
public sealed class CamMethodTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _activations = tensor([1f, 2, 3, 4, 10, 20, 30, 40]).reshape(2, 2, 2);
    private readonly Tensor _gradients = tensor([1f, 1, 1, 5, 0, -1, -1, 0]).reshape(1, 2, 2, 2);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void HiResCam_TwoChannels_IsTheSumOfTheProducts() => AssertMap(new HiResCam(), 1, 2 - 20, 3 - 30, 20);

    [Fact]
    public void LayerCam_TwoChannels_LeavesNegativeGradientsOut() => AssertMap(new LayerCam(), 1, 2, 3, 20);

    [Fact]
    public void ElementWiseGradCam_NegativeProducts_AreLeftOut()
    {
        using var activations = _activations.neg();

        // The first channel's products become negative, the second one's positive.
        AssertMap(new ElementWiseGradCam().Map(activations, _gradients), 0, 20, 30, 0);
    }

    /// <summary>Both channels grow along (1, 10): the projection of the centred positions is the distance from their mean, times √101.</summary>
    [Fact]
    public void EigenCam_ChannelsInProportion_IsTheDistanceFromTheMeanAndPositiveWhereActive()
    {
        var root = MathF.Sqrt(101);

        AssertMap(new EigenCam(), -1.5f * root, -0.5f * root, 0.5f * root, 1.5f * root);
    }

    [Fact]
    public void EigenGradCam_OneChannelWithAGradient_IsItsCentredProduct()
    {
        using var gradients = tensor([1f, 1, 1, 1, 0, 0, 0, 0]).reshape(1, 2, 2, 2);

        AssertMap(new EigenGradCam().Map(_activations, gradients), -1.5f, -0.5f, 0.5f, 1.5f);
    }

    private void AssertMap(ICamMethod method, params float[] expected) => AssertMap(method.Map(_activations, _gradients), expected);

    private static void AssertMap(Tensor map, params float[] expected)
    {
        Assert.Equal([1, 2, 2], map.shape);
        foreach (var (wanted, value) in expected.Zip(map.contiguous().data<float>().ToArray()))
            Assert.Equal(wanted, value, 1e-4f);
    }
}
