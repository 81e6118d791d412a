using GradCamGrpc.Training.Captions;

namespace GradCamGrpc.Training.Tests.Captions;

public sealed class CaptionFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Split_IsItsPhotosWithTheirCaptionsAsWords()
    {
        Write("captions.tsv", "one.jpg\tA cat sits .\ntwo.jpg\tA dog looks left .\none.jpg\tThe cat 's tail\n");
        Write("dev.txt", "two.jpg\none.jpg\n");

        var photos = CaptionFiles.Read(_folder, "dev");

        Assert.Equal(["two.jpg", "one.jpg"], photos.Select(photo => Path.GetFileName(photo.Path)));
        Assert.Equal([["a", "cat", "sits"], ["the", "cat", "'s", "tail"]], photos[1].Captions);
        Assert.False(photos[0].MayBeMirrored);
        Assert.True(photos[1].MayBeMirrored);
    }

    [Fact]
    public void Read_PhotoWithoutCaptions_IsRefusedByName()
    {
        Write("captions.tsv", "one.jpg\tA cat .\n");
        Write("test.txt", "three.jpg\n");

        var fault = Assert.Throws<InvalidDataException>(() => CaptionFiles.Read(_folder, "test"));
        Assert.Contains("three.jpg", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileAbsent_IsRefusedByName()
    {
        var fault = Assert.Throws<InvalidDataException>(() => CaptionFiles.Read(_folder, "test"));
        Assert.Contains("captions.tsv", fault.Message, StringComparison.Ordinal);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
