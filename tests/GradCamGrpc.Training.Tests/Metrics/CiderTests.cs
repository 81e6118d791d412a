using GradCamGrpc.Training.Metrics;
using static GradCamGrpc.Training.Tests.Metrics.Captions;

namespace GradCamGrpc.Training.Tests.Metrics;

/// <summary>Where two images make the corpus, the second has an empty candidate, scores 0, and halves the mean.</summary>
public sealed class CiderTests
{
    [Fact]
    public void Cider_EqualToTheOnlyReference_IsTen() =>
        Assert.Equal(10, Cider.Of([Caption("a dog runs fast", "a dog runs fast"), Caption("the cat sits down", "the cat sits down")]), 12);

    [Fact]
    public void Cider_CaptionsOfTwoWords_HaveNothingOfThreeAndFour()
    {
        // Words: "a" is in both images, ln(2/2) = 0; the other word's cosine is 1. Pairs: 1. Threes and fours: 0. 10 · (1 + 1) / 4.
        Assert.Equal(5, Cider.Of([Caption("a dog", "a dog"), Caption("a cat", "a cat")]), 12);
    }

    [Fact]
    public void Cider_WordsOfDifferentRarity_AreWeightedByTheirIdf()
    {
        // Of 4 images two have "red", ln 2; one has "dog", ln 4; none has "bike", which counts as one, ln 4. In units of ln 2 the candidate is
        // (red 1, bike 2), the reference (red 1, dog 2): 1 · 1 / (√5 · √5) = 1/5. The pairs differ. 10 · 1/5 / 4, and a quarter of that.
        // Without idf the cosine is 1/2; with no weight for the unknown word it is 1/√5.
        var score = Cider.Of(
            [Caption("red bike", "red dog"), Caption("", "red cat"), Caption("", "one bird"), Caption("", "two fish")]);

        Assert.Equal(0.125, score, 12);
    }

    [Fact]
    public void Cider_TwoReferencesOfOneImageHaveAWord_CountsTheImageOnce()
    {
        // "dog" is in one image of two, ln 2, not in two, ln 1 = 0: the cosine is 1 with both. 10 · 1/4 / 2.
        Assert.Equal(1.25, Cider.Of([Caption("dog", "dog", "dog"), Caption("", "cat")]), 12);
    }

    [Fact]
    public void Cider_WordRepeatedInTheCandidate_IsClipped()
    {
        // In units of ln 2: words (dog 3, runs 1) and (dog 1, runs 1): (min(3, 1) · 1 + 1 · 1) / (√10 · √2) = 1/√5; unclipped it were 2/√5.
        // Pairs (dog dog 2, dog runs 1) and (dog runs 1): 1 / (√5 · 1). 4 words against 2: exp(-2² / (2 · 6²)) = exp(-1/18).
        // 10 · 2/√5 · exp(-1/18) / 4 / 2.
        var score = Cider.Of([Caption("dog dog dog runs", "dog runs"), Caption("", "two cats sit")]);

        Assert.Equal(2.5 / Math.Sqrt(5) * Math.Exp(-1.0 / 18), score, 12);
    }

    [Theory]
    [InlineData("dog", "dog is is is is is is")]
    [InlineData("dog is is is is is is", "dog")]
    public void Cider_SixWordsLongerOrShorter_IsWeighedByTheGaussianOfSigmaSix(string candidate, string reference)
    {
        // Both images have "is", which weighs ln(2/2) = 0: the words' cosine is 1 with the first reference, 0 with the second. One side has no
        // pairs. exp(-6² / (2 · 6²)) = exp(-1/2). 10 · (exp(-1/2) + 0)/2 / 4 / 2.
        Assert.Equal(0.625 * Math.Exp(-0.5), Cider.Of([Caption(candidate, reference, "is"), Caption("", "is it")]), 12);
    }

    [Fact]
    public void Cider_SeveralReferences_IsTheirMeanNotTheirBest()
    {
        // "dog" with "dog": 1; with "bird": 0. 10 · (1 + 0)/2 / 4 / 2.
        Assert.Equal(0.625, Cider.Of([Caption("dog", "dog", "bird"), Caption("", "cat")]), 12);
    }

    [Fact]
    public void Cider_SeveralImagesAndReferences_EqualsTheFormulaComputedElsewhere()
    {
        // Computed with Python's math module from the formula as documented, of which the parts are, for each image and reference, the cosine
        // of n = 1 to 4 times the Gaussian:
        //   1  0.743615 0.456525 0.360112 0.220523 | 0.724302 0.456525 0.360112 0.220523                            -> 4.427797
        //   2  0.825486 0.5 0 0 | 0.589304 0.283103 0.174735 0 | 1 1 1 1                                            -> 5.310524
        //   3  0.267558 0.189192 0 0 | 0.357131 0 0 0                                                               -> 1.017350
        var score = Cider.Of(
        [
            Caption("a brown dog runs on the wet grass", "a brown dog runs over the grass", "the dog is on the wet grass"),
            Caption("a man rides a bike", "a man on a bike", "the man rides a red bike down a hill", "a man rides a bike"),
            Caption("two two two dogs", "two dogs play in the snow", "two brown dogs run"),
        ]);

        Assert.Equal(3.5852236907746904, score, 12);
    }

    [Fact]
    public void Cider_OneImageAlone_IsZeroSinceNothingIsRare() => Assert.Equal(0, Cider.Of([Caption("a dog runs fast", "a dog runs fast")]));

    [Fact]
    public void Cider_EmptyCandidates_AreZero() => Assert.Equal(0, Cider.Of([Caption("", "a dog"), Caption("", "a cat")]));
}
