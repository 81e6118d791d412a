using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class AnswerAccuracyTests
{
    [Theory]
    [InlineData("chair", "chair", true)]
    [InlineData(" Office  CHAIR\t", "office chair", true)]
    [InlineData("chair", "office chair", false)]
    [InlineData("chair, table", "table, chair", false)]
    [InlineData("chairs", "chair", false)]
    [InlineData("officechair", "office chair", false)]
    [InlineData("", "chair", false)]
    public void IsRight_AnswerAndTruth_IsSoOnlyWhereAllOfItIsEqual(string answer, string truth, bool right) =>
        Assert.Equal(right, AnswerAccuracy.IsRight(answer, truth));

    [Fact]
    public void AnswerAccuracy_OneOfFourRight_IsAQuarter() =>
        Assert.Equal(0.25, AnswerAccuracy.Of(["red", "two", "bed", "lamp"], ["Red", "2", "sofa", "table lamp"]));

    [Fact]
    public void AnswerAccuracy_NoAnswers_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => AnswerAccuracy.Of([], []));

        Assert.Contains("there are no answers to score", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerAccuracy_MoreAnswersThanTruths_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => AnswerAccuracy.Of(["red", "blue"], ["red"]));

        Assert.Contains("2 answers cannot be compared with 1", error.Message, StringComparison.Ordinal);
    }
}
