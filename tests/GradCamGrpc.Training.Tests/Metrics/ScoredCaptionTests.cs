using GradCamGrpc.Training.Metrics;
using static GradCamGrpc.Training.Tests.Metrics.Captions;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class ScoredCaptionTests
{
    [Fact]
    public void ScoredCaption_NoReferences_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => Caption("a dog"));

        Assert.Contains("at least one reference", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ScoredCaption_ReferenceWithoutWords_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => Caption("a dog", "a dog", ""));

        Assert.Contains("a reference has no words", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a dog")]
    [InlineData("Dog")]
    [InlineData("")]
    public void ScoredCaption_NotALowerCaseWord_IsRefusedOnBothSides(string word)
    {
        var ofCandidate = Assert.Throws<ArgumentException>(() => new ScoredCaption([word], [["dog"]]));
        var ofReference = Assert.Throws<ArgumentException>(() => new ScoredCaption(["dog"], [[word]]));

        Assert.Contains($"'{word}' is not one lower-case word", ofCandidate.Message, StringComparison.Ordinal);
        Assert.Contains($"'{word}' is not one lower-case word", ofReference.Message, StringComparison.Ordinal);
    }
}
