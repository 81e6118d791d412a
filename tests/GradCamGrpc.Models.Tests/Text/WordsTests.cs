using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Tests.Text;

public sealed class WordsTests
{
    [Theory]
    [InlineData("A dog runs .", "a|dog|runs")]
    [InlineData("What's on the man's T-shirt?", "what|'s|on|the|man|'s|t-shirt")]
    [InlineData("a man 's hat", "a|man|'s|hat")]
    [InlineData("What\u2019s on the man\u2019s \u2018hat\u2019?", "what|'s|on|the|man|'s|hat")]
    [InlineData("washing_machine, 3 chairs", "washing_machine|3|chairs")]
    [InlineData(" -- ... ", "")]
    public void Of_Text_IsItsWordsInLowerCase(string text, string expected) => Assert.Equal(expected, string.Join('|', Words.Of(text)));

    [Fact]
    public void Join_Endings_FollowTheirWord() => Assert.Equal("the man's dog", Words.Join(["the", "man", "'s", "dog"]));
}
