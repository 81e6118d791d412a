using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

public sealed class AnswerVocabularyTests
{
    private static readonly string[] Answers = ["vase", "lamp", "lamp", "2", "vase", "lamp, vase", "lamp"];

    [Fact]
    public void Of_Answers_AreOrderedByHowOftenTheyWereSeen()
    {
        var vocabulary = AnswerVocabulary.Of(Answers, minimumCount: 1);

        Assert.Equal(["lamp", "vase", "2", "lamp, vase"], vocabulary.Answers);
        Assert.Equal(1, vocabulary.IndexOf("vase"));
        Assert.Equal("vase", vocabulary[1]);
        Assert.Null(vocabulary.IndexOf("chair"));
    }

    [Fact]
    public void Of_RareAnswers_AreLeftOut() => Assert.Equal(["lamp", "vase"], AnswerVocabulary.Of(Answers, minimumCount: 2).Answers);

    [Fact]
    public void Of_MinimumBelowOne_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => AnswerVocabulary.Of(Answers, 0));

    [Theory]
    [InlineData("lamp, vase", new[] { 3 })]
    [InlineData("vase, chair, lamp", new[] { 1, 0 })]
    [InlineData("lamp", new[] { 0 })]
    [InlineData("chair", new int[0])]
    public void TaughtBy_ListThatIsNoAnswer_IsItsKnownEntries(string answer, int[] expected) =>
        Assert.Equal(expected, AnswerVocabulary.Of(Answers, minimumCount: 1).TaughtBy(answer));

    [Fact]
    public void Read_WhatWasSaved_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "answers.txt");

        AnswerVocabulary.Of(Answers, 1).Save(path);

        Assert.Equal("lamp\nvase\n2\nlamp, vase\n", File.ReadAllText(path));
        Assert.Equal(AnswerVocabulary.Of(Answers, 1).Answers, AnswerVocabulary.Read(path).Answers);
    }

    [Theory]
    [InlineData(new string[0], "has no answers")]
    [InlineData(new[] { "lamp", "", "vase" }, "line 2: it is empty")]
    [InlineData(new[] { "lamp", "vase", "lamp" }, "'lamp' is there twice")]
    public void Read_WrongFile_SaysWhy(string[] lines, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("answers.txt", lines);

        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => AnswerVocabulary.Read(path)).Message, StringComparison.Ordinal);
    }
}
