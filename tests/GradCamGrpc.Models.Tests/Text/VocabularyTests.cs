using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Tests.Text;

public sealed class VocabularyTests
{
    [Fact]
    public void Of_Sentences_KeepsFrequentWordsTheMostFrequentFirst()
    {
        string[][] sentences = [["a", "dog", "runs"], ["a", "cat", "runs"], ["a", "dog", "sits"]];

        var vocabulary = Vocabulary.Of(sentences, minCount: 2);

        Assert.Equal(["a", "dog", "runs"], vocabulary.AllWords);
        Assert.Equal(7, vocabulary.Count);
    }

    [Fact]
    public void NumbersOf_Sentence_AreThoseFromFourOnAndUnknown()
    {
        var vocabulary = new Vocabulary(["a", "dog"]);

        Assert.Equal([4, 5, Vocabulary.Unknown], vocabulary.NumbersOf(["a", "dog", "barks"]));
        Assert.Equal("dog", vocabulary.WordOf(5));
        Assert.Null(vocabulary.NumberOf("barks"));
    }

    [Fact]
    public void Nearest_MisspeltWord_IsTheOneWithTheFewestEdits() =>
        Assert.Equal(["dog", "dogs"], Spelling.Nearest(["cat", "dog", "dogs", "horse"], "doog", 2));

    [Theory]
    [InlineData("dog", "dog")]
    [InlineData("dog", " ")]
    public void Vocabulary_WordEmptyOrTwice_IsRefused(string first, string second) =>
        Assert.Throws<ArgumentException>(() => new Vocabulary([first, second]));
}
