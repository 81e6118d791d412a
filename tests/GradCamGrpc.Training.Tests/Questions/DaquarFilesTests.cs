using GradCamGrpc.TestData;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

public sealed class DaquarFilesTests
{
    [Theory]
    [InlineData("how many lamps are there ?", QuestionKind.Count)]
    [InlineData("what color is the lamp ?", QuestionKind.Colour)]
    [InlineData("what colour is the lamp ?", QuestionKind.Colour)]
    [InlineData("what is the color of the lamp ?", QuestionKind.Colour)]
    [InlineData("what is colour of lamp ?", QuestionKind.Colour)]
    [InlineData("what is near the lamp ?", QuestionKind.Thing)]
    [InlineData("what is the lamp of red color on ?", QuestionKind.Thing)]
    [InlineData("how much is it ?", QuestionKind.Thing)]
    public void KindOf_FirstWords_Decide(string question, QuestionKind kind) => Assert.Equal(kind, DaquarFiles.KindOf(question));

    [Fact]
    public void Read_SeveralAnswers_AreOneClass()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train.tsv", "a.jpg\twhat is on the shelf ?\tlamp, vase");
        folder.Write("test.tsv", "b.jpg\thow many lamps are there ?\t2");

        var files = DaquarFiles.Read(folder.Path);

        Assert.Equal(new QuestionExample("a.jpg", "what is on the shelf ?", "lamp, vase", QuestionKind.Thing), Assert.Single(files.Train));
        Assert.Equal(new QuestionExample("b.jpg", "how many lamps are there ?", "2", QuestionKind.Count), Assert.Single(files.Test));
    }

    [Theory]
    [InlineData("a.jpg\twhat ?", "train.tsv, line 1: it has 2 columns")]
    [InlineData("a.jpg\twhat ?\t", "train.tsv, line 1: the file, the question or the answer is empty")]
    [InlineData("b.jpg\twhat ?\tlamp", "b.jpg is in train.tsv and in test.tsv")]
    public void Read_WrongLine_SaysWhich(string line, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("train.tsv", line);
        folder.Write("test.tsv", "b.jpg\twhat ?\tlamp");

        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => DaquarFiles.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ByImage_Share_HoldsOutWholePhotos()
    {
        var examples = Enumerable.Range(0, 60).Select(i => new QuestionExample($"{i % 20}.jpg", $"{i} ?", "a", QuestionKind.Thing)).ToArray();

        var split = QuestionSplit.ByImage(examples, 0.1, seed: 3);

        Assert.Equal(6, split.Dev.Count);
        Assert.Equal(2, split.Dev.Select(example => example.Image).Distinct().Count());
        Assert.Empty(split.Train.Select(example => example.Image).Intersect(split.Dev.Select(example => example.Image)));
        Assert.Equal(examples.Length, split.Train.Count + split.Dev.Count);
        Assert.Equal(split.Dev, QuestionSplit.ByImage(examples, 0.1, seed: 3).Dev);
        Assert.NotEqual(split.Dev, QuestionSplit.ByImage(examples, 0.1, seed: 4).Dev);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void ByImage_ShareOutOfRange_IsRefused(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => QuestionSplit.ByImage([], share, seed: 0));

    [Fact]
    [Trait("Category", "Data")]
    public void Read_Daquar_HasItsPublishedSize()
    {
        var files = DaquarFiles.Read(TestFolders.Data("daquar"));

        Assert.Equal((6795, 5673), (files.Train.Count, files.Test.Count));
        Assert.Equal(794, files.Train.Select(example => example.Image).Distinct().Count());
        Assert.Equal(79, files.SplitTrain().Dev.Select(example => example.Image).Distinct().Count());
    }
}
