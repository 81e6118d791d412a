using System.Text.Json;
using GradCamGrpc.TestData;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

/// <summary>The numbers that golden cases are made with, against the reference's.</summary>
public sealed class ComputedWeightsTests
{
    private const string CheckFile = "check.json";

    public static TheoryData<string> Names =>
        TestFolders.GoldenCases(CheckFile, () => Check("u").EnumerateObject().Select(entry => entry.Name));

    [Theory, MemberData(nameof(Names))]
    [Trait("Category", "Golden")]
    public void Numbers_CheckedName_EqualTheReference(string name)
    {
        var weights = ComputedWeights.Of(CheckFile);
        float[] expected = [.. Check("u").GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

        Assert.Equal(Check("fnv1a32").GetProperty(name).GetUInt32(), weights.Hash(name));
        Assert.Equal(expected, weights.Numbers(name, expected.Length));
    }

    [Fact]
    public void Hash_OtherPrefix_IsThatOfTheLongerName() =>
        Assert.Equal(new ComputedWeights("").Hash("hidden.input"), new ComputedWeights("hidden.").Hash("input"));

    [Fact]
    public void Fill_EachKindOfParameter_IsScaledByItsKind()
    {
        using var scope = NewDisposeScope();
        var weights = new ComputedWeights("");
        using var network = nn.Sequential(("conv", nn.Conv2d(2, 3, 4)), ("norm", nn.BatchNorm2d(3)));

        weights.Fill(network);

        AssertScaled("conv.weight", u => u * Math.Sqrt(6.0 / 32));
        AssertScaled("conv.bias", u => 0.1 * u);
        AssertScaled("norm.weight", u => 1 + 0.1 * u);
        AssertScaled("norm.bias", u => 0.1 * u);
        AssertScaled("norm.running_mean", u => 0.1 * u);
        AssertScaled("norm.running_var", u => 1 + 0.5 * Math.Abs(u));
        Assert.Equal(0, network.state_dict()["norm.num_batches_tracked"].item<long>());

        void AssertScaled(string name, Func<double, double> scale)
        {
            var filled = network.state_dict()[name].contiguous();
            var expected = weights.Numbers(name, (int)filled.numel()).Select(u => (float)scale(u));
            Assert.Equal(expected, filled.data<float>().ToArray());
        }
    }

    private static JsonElement Check(string property) =>
        JsonDocument.Parse(File.ReadAllText(TestFolders.Golden(CheckFile))).RootElement.GetProperty(property);
}
