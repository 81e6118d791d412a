using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

public sealed class PhotoCaptionsTests
{
    [Fact]
    public void Read_Split_HasItsPhotosInOrder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("captions.tsv", "a.jpg\tA goat .", "b.jpg\tA camel .", "a.jpg\tA white goat .", "c.jpg\tA cow .");
        folder.Write("dev.txt", "c.jpg", "a.jpg");

        var photos = PhotoCaptions.Read(folder.Path, "dev.txt");

        Assert.Equal(["c.jpg", "a.jpg"], photos.Select(photo => photo.Image));
        Assert.Equal(["A goat .", "A white goat ."], photos[1].Captions);
    }

    [Theory]
    [InlineData("a.jpg", "a.jpg", "captions.tsv, line 1")]
    [InlineData("a.jpg\tA goat .", "b.jpg", "dev.txt: b.jpg has no caption")]
    public void Read_WrongFile_SaysWhy(string caption, string image, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("captions.tsv", caption);
        folder.Write("dev.txt", image);

        Assert.Contains(
            message, Assert.Throws<InvalidDataException>(() => PhotoCaptions.Read(folder.Path, "dev.txt")).Message, StringComparison.Ordinal);
    }
}
