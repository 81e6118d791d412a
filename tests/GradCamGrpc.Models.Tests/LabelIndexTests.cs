using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Models.Tests;

public sealed class LabelIndexTests
{
    private static readonly LabelIndex Labels = new(["tabby, tabby cat", "tiger cat", "tiger, Panthera tigris", "crane", "crane fly", "tiger shark", "crane"]);

    [Theory]
    [InlineData("tiger cat", new[] { 1 })]
    [InlineData("TABBY", new[] { 0 })]
    [InlineData("tabby, tabby cat", new[] { 0 })]
    [InlineData(" tabby cat ", new[] { 0 })]
    [InlineData("tiger", new[] { 2 })]
    [InlineData("tiger s", new[] { 5 })]
    [InlineData("tig", new[] { 1, 2, 5 })]
    [InlineData("panth", new[] { 2 })]
    [InlineData("crane", new[] { 3, 6 })]
    [InlineData("cat", new int[0])]
    [InlineData("", new int[0])]
    [InlineData("  ", new int[0])]
    public void Find_Text_IsTheWholeLabelElseANameElseAPrefix(string text, int[] expected)
    {
        Assert.Equal(expected, Labels.Find(text));
    }

    [Theory]
    [InlineData("tiger cat", 9, new[] { 1 })]
    [InlineData("Tabby Cat", 9, new[] { 0 })]
    [InlineData("mackerel tabby, tabby", 9, new[] { 0 })]
    [InlineData("tiger, tiger cat", 1, new[] { 2 })]
    [InlineData("crane", 6, new[] { 6 })]
    [InlineData("crane", 3, new[] { 3 })]
    [InlineData("crane", 0, new[] { 3, 6 })]
    [InlineData("tig", 1, new int[0])]
    [InlineData("wolf", 1, new int[0])]
    public void FindSame_LabelOfAnotherModel_IsTheClassThatHasItOrAllThatDo(string label, int index, int[] expected)
    {
        Assert.Equal(expected, Labels.FindSame(label, index));
    }

    [Theory]
    [InlineData("cat", new[] { 0, 1 })]
    [InlineData("tiger", new[] { 2 })]
    [InlineData("fly", new[] { 4 })]
    [InlineData(" Crane F", new[] { 4 })]
    [InlineData("tigris", new[] { 2 })]
    [InlineData("shark", new[] { 5 })]
    [InlineData("ger", new int[0])]
    [InlineData("", new int[0])]
    public void Near_Text_IsTheWholeNameElseWholeWordsOfItElseAStart(string text, int[] expected)
    {
        Assert.Equal(expected, Labels.Near(text));
    }

    [Fact]
    public void Near_WordAtTheEndInTheMiddleAndAtTheStart_AreInThatOrder()
    {
        var labels = new LabelIndex(["catamaran", "cat bear", "wild cat food", "oscilloscope, cathode ray", "tabby cat", "polecat"]);

        Assert.Equal([4, 1, 2, 0, 3], labels.Near("cat"));
        Assert.Equal([4, 1, 2, 0, 3, 5], labels.Search("CAT"));
    }

    [Fact]
    public void Search_Nothing_IsEveryLabel()
    {
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], Labels.Search(""));
    }
}
