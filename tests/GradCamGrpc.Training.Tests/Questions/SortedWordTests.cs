using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

public sealed class SortedWordTests
{
    [Fact]
    public void Of_Caption_SortsEveryWordByItself()
    {
        var words = SortedWord.Of(["two", "brown", "puppies", "are", "running", "in", "the", "xyzzy", "snow"]);

        Assert.Equal(
            [
                WordSort.Other, WordSort.Colour, WordSort.Noun, WordSort.Function, WordSort.Verb, WordSort.Function, WordSort.Function, WordSort.Other,
                WordSort.Noun,
            ],
            words.Select(word => word.Sort));
        Assert.Equal(("puppies", "dog"), (words[2].Text, words[2].Concept));
        Assert.Null(words[4].Concept);
    }

    [Fact]
    public void Of_WordsThatTheReaderJoins_StayApart() =>
        Assert.Equal(["a", "wet", "suit", "and", "a", "fire", "truck"], SortedWord.Of(["a", "wet", "suit", "and", "a", "fire", "truck"]).Select(word => word.Text));
}
