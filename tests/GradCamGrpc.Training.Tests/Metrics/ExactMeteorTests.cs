using GradCamGrpc.Training.Metrics;
using static GradCamGrpc.Training.Tests.Metrics.Captions;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class ExactMeteorTests
{
    [Fact]
    public void ExactMeteor_SentenceOfThePaper_HasTwoChunks()
    {
        // Banerjee and Lavie 2005, section 2.2: two chunks, "the president" and "spoke to the audience". P = 6/6, R = 6/7:
        // 10 · 6/7 / (6/7 + 9) = 60/69; penalty 0.5 · (2/6)³ = 1/54.
        var score = ExactMeteor.Of([Caption("the president spoke to the audience", "the president then spoke to the audience")]);

        Assert.Equal(60.0 / 69 * 53 / 54, score, 12);
    }

    [Fact]
    public void ExactMeteor_CandidateTooLong_LosesLittleByItsPrecision()
    {
        // P = 2/3, R = 2/2: 10 · 2/3 / (1 + 9 · 2/3) = 20/21; one chunk: 0.5 · (1/2)³ = 1/16.
        Assert.Equal(20.0 / 21 * 15 / 16, ExactMeteor.Of([Caption("the the cat", "the cat")]), 12);
    }

    [Fact]
    public void ExactMeteor_EqualToTheReference_FallsShortByItsOneChunk()
    {
        // 1 - 0.5 · (1/4)³.
        Assert.Equal(127.0 / 128, ExactMeteor.Of([Caption("a dog runs fast", "a dog runs fast")]), 12);
    }

    [Fact]
    public void ExactMeteor_OrderReversed_IsHalved()
    {
        // P = R = 1; three chunks of three: 1 - 0.5 · 1.
        Assert.Equal(0.5, ExactMeteor.Of([Caption("c b a", "a b c")]), 12);
    }

    [Fact]
    public void ExactMeteor_SeveralReferences_TakesTheBest()
    {
        // "a dog": P = 2/4, R = 2/2: 5 / (1 + 4.5) · 15/16 = 0.852. "a dog runs fast": 127/128. "fast": less.
        Assert.Equal(127.0 / 128, ExactMeteor.Of([Caption("a dog runs fast", "a dog", "a dog runs fast", "fast")]), 12);
    }

    [Fact]
    public void ExactMeteor_SeveralCaptions_SumsPairsWordsAndChunksFirst()
    {
        // Pairs 2 + 1, words of the candidates 2 + 2, of the references 2 + 3, chunks 1 + 1: P = 3/4, R = 3/5,
        // 10 · 9/20 / (3/5 + 27/4) = 4.5 / 7.35 = 30/49; penalty 0.5 · (2/3)³ = 4/27.
        var score = ExactMeteor.Of([Caption("a dog", "a dog"), Caption("the cat", "one cat sits")]);

        Assert.Equal(30.0 / 49 * 23 / 27, score, 12);
    }

    [Fact]
    public void ExactMeteor_OnlyTheStemIsEqual_IsZero() => Assert.Equal(0, ExactMeteor.Of([Caption("dogs running", "dog runs")]));

    [Fact]
    public void ExactMeteor_EmptyCandidate_IsZero() => Assert.Equal(0, ExactMeteor.Of([Caption("", "a dog")]));
}
