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
        AssertMap(Map(new ElementWiseGradCam(), activations, _gradients), 0, 20, 30, 0);
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

    /// <summary>
    /// The weights are 2 and -0.5: the channels contribute (2, -5) times 1, 2, 3, 4, which one component holds whole. Their sum, -3 times
    /// that, falls: so does the map.
    /// </summary>
    [Fact]
    public void EigenSmoothed_GradCamOfRankOne_IsTheComponentAndGoesWithTheSum()
    {
        var root = MathF.Sqrt(2 * 2 + 5 * 5);

        AssertMap(new EigenSmoothed(new GradCam()), 1.5f * root, 0.5f * root, -0.5f * root, -1.5f * root);
    }

    /// <summary>Of two channels that contribute 1, 2, 3, 4 and 5 everywhere, the second one has nothing that a component could tell apart.</summary>
    [Fact]
    public void EigenSmoothed_LayerCamWithAConstantChannel_IsTheOtherOneCentred()
    {
        using var activations = tensor([1f, 2, 3, 4, 5, 5, 5, 5]).reshape(2, 2, 2);
        using var gradients = tensor([1f, 1, 1, 1, 1, 1, 1, 1]).reshape(1, 2, 2, 2);

        AssertMap(Map(new EigenSmoothed(new LayerCam()), activations, gradients), -1.5f, -0.5f, 0.5f, 1.5f);
    }

    [Fact]
    public void EigenSmoothed_NothingContributes_IsZero()
    {
        using var gradients = zeros_like(_gradients);

        AssertMap(Map(new EigenSmoothed(new HiResCam()), _activations, gradients), 0, 0, 0, 0);
    }

    public static TheoryData<string> Channelwise => [.. ExplanationMethods.All.OfType<IChannelwiseMethod>().Select(method => method.Name)];

    [Theory, MemberData(nameof(Channelwise))]
    public void Contributions_AnyMethod_SumToTheMap(string name)
    {
        var method = ExplanationMethods.All.OfType<IChannelwiseMethod>().Single(candidate => candidate.Name == name);

        var contributions = method.Contributions(_activations, _gradients);

        Assert.Equal([1, 2, 2, 2], contributions.shape);
        Assert.True(contributions.sum(1).allclose(method.Map(_activations, _gradients), rtol: 1e-6, atol: 1e-6));
    }

    private static Tensor Map(ICamMethod method, Tensor activations, Tensor gradients) => method.Map(activations, gradients);

    private void AssertMap(ICamMethod method, params float[] expected) => AssertMap(method.Map(_activations, _gradients), expected);

    private static void AssertMap(Tensor map, params float[] expected)
    {
        Assert.Equal([1, 2, 2], map.shape);
        foreach (var (wanted, value) in expected.Zip(map.contiguous().data<float>().ToArray()))
            Assert.Equal(wanted, value, 1e-4f);
    }
}
