using GradCamGrpc.Training.Metrics;
using static GradCamGrpc.Training.Tests.Metrics.Captions;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class RougeLTests
{
    [Theory]
    [InlineData("police kill the gunman", 3.0 / 4)]         // police the gunman
    [InlineData("the gunman kill police", 2.0 / 4)]         // the gunman
    [InlineData("the gunman police killed", 2.0 / 4)]       // the gunman, or police killed: only one order counts
    public void RougeL_SentencesOfThePaper_HaveThePapersScores(string candidate, double expected) =>
        // Lin 2004, section 3.1. All have four words, so precision, recall and F are the same for every beta.
        Assert.Equal(expected, RougeL.Of(Caption(candidate, "police killed the gunman")), 12);

    [Fact]
    public void RougeL_CandidateShorterThanItsReference_WeighsRecallByBetaSquared()
    {
        // 3 words in common: P = 3/3, R = 3/4, beta² = 1.44: 2.44 · 0.75 / (0.75 + 1.44 · 1) = 1.83 / 2.19.
        Assert.Equal(1.83 / 2.19, RougeL.Of(Caption("police the gunman", "police killed the gunman")), 12);

        // The other way round, P = 3/4, R = 1: 1.83 / (1 + 1.44 · 0.75) = 1.83 / 2.08.
        Assert.Equal(1.83 / 2.08, RougeL.Of(Caption("police killed the gunman", "police the gunman")), 12);
    }

    [Fact]
    public void RougeL_SeveralReferences_TakesPrecisionAndRecallFromTheBestOfEach()
    {
        // First reference: 2 in common, P = 2/3, R = 2/2. Second: 3 in common, P = 3/3, R = 3/7. The best of each are 1 and 1.
        Assert.Equal(1, RougeL.Of(Caption("a dog runs", "a dog", "a dog runs in the big park")), 12);
        Assert.Equal(1, RougeL.Of(Caption("a dog runs", "a dog runs in the big park", "a dog")), 12);
    }

    [Theory]
    [InlineData("dog dog", "dog", 1.22 / 1.72)]             // P = 1/2, R = 1: 2.44 · 0.5 / (1 + 1.44 · 0.5)
    [InlineData("dog", "dog dog", 1.22 / 1.94)]             // P = 1, R = 1/2: 2.44 · 0.5 / (0.5 + 1.44)
    public void RougeL_WordTwiceOnOneSide_CountsOnce(string candidate, string reference, double expected) =>
        Assert.Equal(expected, RougeL.Of(Caption(candidate, reference)), 12);

    [Fact]
    public void RougeL_SeveralCaptions_IsTheMean() =>
        Assert.Equal(0.625, RougeL.Of(
        [
            Caption("police kill the gunman", "police killed the gunman"),          // 3/4
            Caption("the gunman kill police", "police killed the gunman"),          // 1/2
        ]), 12);

    [Fact]
    public void RougeL_EqualToAReference_IsOne() => Assert.Equal(1, RougeL.Of(Caption("a dog", "a cat sits", "a dog")), 12);

    [Theory]
    [InlineData("")]
    [InlineData("two cats")]
    public void RougeL_NothingInCommon_IsZero(string candidate) => Assert.Equal(0, RougeL.Of(Caption(candidate, "a dog")));
}
