using GradCamGrpc.Training.Metrics;
using static GradCamGrpc.Training.Tests.Metrics.Captions;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class BleuScoreTests
{
    // The references of the first example of Papineni et al. 2002, of 16, 18 and 16 words.
    private static readonly string[] Guide =
    [
        "it is a guide to action that ensures that the military will forever heed party commands",
        "it is the guiding principle which guarantees the military forces always being under the command of the party",
        "it is the practical guide for the army always to heed the directions of the party",
    ];

    [Fact]
    public void BleuScore_TheSevenTimes_IsClippedToTheTwoOfOneReference()
    {
        // Papineni et al. 2002, section 2.1: 2 of 7. One reference has "the" twice, the other once. Seven words against seven: no penalty.
        var score = BleuScore.Of([Caption("the the the the the the the", "the cat is on the mat", "there is a cat on the mat")]);

        Assert.Equal(2.0 / 7, score.Bleu1, 12);
        Assert.Equal(0, score.Bleu2);                   // no "the the" in a reference, and no smoothing
    }

    [Fact]
    public void BleuScore_BetterCandidateOfThePaper_HasThePapersPrecisions()
    {
        // The paper gives 17/18 words and 10/17 pairs. Threes that match: it is a, is a guide, a guide to, guide to action, ensures that the,
        // that the military, of the party: 7 of 16. Fours: the first three, extended (it is a guide, is a guide to, a guide to action), and
        // ensures that the military: 4 of 15. 18 words, and the second reference has 18: no penalty.
        var score = BleuScore.Of(
            [Caption("it is a guide to action which ensures that the military always obeys the commands of the party", Guide)]);

        Assert.Equal(17.0 / 18, score.Bleu1, 12);
        Assert.Equal(Math.Sqrt(17.0 / 18 * 10 / 17), score.Bleu2, 12);
        Assert.Equal(Math.Cbrt(17.0 / 18 * 10 / 17 * 7 / 16), score.Bleu3, 12);
        Assert.Equal(Math.Pow(17.0 / 18 * 10 / 17 * 7 / 16 * 4 / 15, 0.25), score.Bleu4, 12);
    }

    [Fact]
    public void BleuScore_WorseCandidateOfThePaper_HasThePapersPrecisionsAndAPenalty()
    {
        // The paper gives 8/14 words and 1/13 pairs. 14 words, the closest reference has 16: exp(1 - 16/14).
        var score = BleuScore.Of([Caption("it is to insure the troops forever hearing the activity guidebook that party direct", Guide)]);

        Assert.Equal(Math.Exp(-1.0 / 7) * 8 / 14, score.Bleu1, 12);
        Assert.Equal(Math.Exp(-1.0 / 7) * Math.Sqrt(8.0 / 14 / 13), score.Bleu2, 12);
        Assert.Equal(0, score.Bleu3);
        Assert.Equal(0, score.Bleu4);
    }

    [Fact]
    public void BleuScore_CandidateOfTwoWords_IsNearlyNothingByItsLengthAndNothingBeyondTwo()
    {
        // "of the", section 2.2.1: both precisions are 1; 2 words against 16: exp(1 - 8). It has no runs of three.
        var score = BleuScore.Of([Caption("of the", Guide)]);

        Assert.Equal(Math.Exp(-7), score.Bleu1, 12);
        Assert.Equal(Math.Exp(-7), score.Bleu2, 12);
        Assert.Equal(0, score.Bleu3);
        Assert.Equal(0, score.Bleu4);
    }

    [Fact]
    public void BleuScore_TwoReferencesAsClose_IsHeldAgainstTheShorter()
    {
        // 5 words against 4 and 6: by the shorter no penalty, by the longer exp(1 - 6/5).
        var score = BleuScore.Of([Caption("a dog runs and runs", "a dog runs and runs away", "a dog runs fast")]);

        Assert.Equal(1, score.Bleu4, 12);
    }

    [Fact]
    public void BleuScore_ShortestReferenceIsNotTheClosest_IsHeldAgainstTheClosest()
    {
        // 4 words against 1 and 5: exp(1 - 5/4).
        var score = BleuScore.Of([Caption("a dog runs fast", "dog", "a dog runs fast today")]);

        Assert.Equal(Math.Exp(-0.25), score.Bleu1, 12);
    }

    [Fact]
    public void BleuScore_TwoCaptions_SumsMatchesAndLengthsFirst()
    {
        // 4 of 4 and 1 of 2 words: 5/6, no mean of 1 and 1/2. Pairs: 3 of 3 and 0 of 1: 3/4. Threes: 2 of 2; fours: 1 of 1.
        // 6 words against 4 + 4: exp(1 - 8/6).
        var score = BleuScore.Of([Caption("a dog runs fast", "a dog runs fast"), Caption("the cat", "the man sees it")]);

        var penalty = Math.Exp(-1.0 / 3);
        Assert.Equal(penalty * 5 / 6, score.Bleu1, 12);
        Assert.Equal(penalty * Math.Sqrt(5.0 / 6 * 3 / 4), score.Bleu2, 12);
        Assert.Equal(penalty * Math.Cbrt(5.0 / 6 * 3 / 4), score.Bleu3, 12);
        Assert.Equal(penalty * Math.Pow(5.0 / 6 * 3 / 4, 0.25), score.Bleu4, 12);
    }

    [Fact]
    public void BleuScore_EqualToAReference_IsOne() =>
        Assert.Equal(new BleuScore(1, 1, 1, 1), BleuScore.Of([Caption("a dog runs fast", "no", "a dog runs fast")]));

    [Fact]
    public void BleuScore_EmptyCandidate_IsZero() => Assert.Equal(new BleuScore(0, 0, 0, 0), BleuScore.Of([Caption("", "a dog")]));
}
