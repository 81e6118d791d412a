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
        Assert.Equal(expected, Suggestions.Closest(text, Names, 1).Single());
    }

    [Fact]
    public void Closest_MoreThanThereAre_IsAllOfThem()
    {
        Assert.Equal(Names.Order(), Suggestions.Closest("", Names, 10).Order());
    }

    [Fact]
    public void Closest_VeryLongText_IsCompared()
    {
        Assert.Equal(2, Suggestions.Closest(new string('x', 100_000), Names, 2).Count());
    }
}
