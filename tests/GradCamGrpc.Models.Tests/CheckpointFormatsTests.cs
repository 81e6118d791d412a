using GradCamGrpc.Models.Checkpoints;

namespace GradCamGrpc.Models.Tests;

public sealed class CheckpointFormatsTests
{
    [Theory]
    [InlineData("a.safetensors", true)]
    [InlineData("a.SafeTensors", true)]
    [InlineData("a.pth", true)]
    [InlineData("a.tar.pt", true)]
    [InlineData("a.pth.tar", false)]
    [InlineData("a.bin", false)]
    [InlineData("pth", false)]
    [InlineData("", false)]
    public void IsKnown_Name_IsJudgedByItsEnd(string name, bool expected) => Assert.Equal(expected, CheckpointFormats.IsKnown(name));

    [Fact]
    public void Open_UnknownKind_IsRefusedWithTheKnownOnes()
    {
        var fault = Assert.Throws<CheckpointException>(() => CheckpointFormats.Open("weights.bin"));

        Assert.Contains(".safetensors, .pth, .pt", fault.Message, StringComparison.Ordinal);
    }
}
