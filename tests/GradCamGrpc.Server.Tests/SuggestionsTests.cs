using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests;

public sealed class SuggestionsTests
{
    private static readonly string[] Names = ["tabby, tabby cat", "tiger cat", "table lamp", "goldfish", "Gold coin"];

    [Theory]
    [InlineData("taby", "tabby, tabby cat")]
    [InlineData("GOLDFISCH", "goldfish")]
    [InlineData("gold con", "Gold coin")]
    [InlineData("tigercat", "tiger cat")]
    public void Closest_MistypedName_IsTheOneMeant(string text, string expected)
    {
        Assert.Equal(expected, Suggestions.Closest(text, Names).First());
    }

    [Fact]
    public void Hint_OneWordOfSeveral_NamesThoseThatHaveItFirst()
    {
        Assert.Equal("; close to it: tabby, tabby cat; tiger cat", Suggestions.Hint("Cat", ["coat", "tabby, tabby cat", "cathode", "tiger cat"])[..42]);
    }

    [Fact]
    public void Hint_NothingIsNear_IsEmpty()
    {
        Assert.Equal("", Suggestions.Hint("violin", Names));
    }

    [Fact]
    public void Hint_MuchIsNear_NamesThree()
    {
        Assert.Equal("; close to it: a1; a2; a3", Suggestions.Hint("a5", ["a4", "a3", "a2", "a1"]));
    }

    [Fact]
    public void Closest_VeryLongText_IsCompared()
    {
        Assert.Equal(Names.Length, Suggestions.Closest(new string('x', 100_000), Names).Count());
    }
}
