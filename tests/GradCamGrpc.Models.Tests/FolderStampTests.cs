using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Models.Tests;

public sealed class FolderStampTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory().FullName;

    private string Folder => Path.Combine(_root, "model");

    private string Weights => Path.Combine(Folder, "weights");

    public FolderStampTests()
    {
        Directory.CreateDirectory(Folder);
        Write(Weights, "abc");
        Write(Path.Combine(Folder, "model.json"), "{}");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Of_NothingChanges_IsTheSame() => Assert.Equal(FolderStamp.Of(Folder), FolderStamp.Of(Folder));

    public static TheoryData<string> Changes => ["size", "time", "name", "more", "less", "link"];

    [Theory, MemberData(nameof(Changes))]
    public void Of_AFileChanges_IsAnother(string change)
    {
        var before = FolderStamp.Of(Folder);
        switch (change)
        {
            case "size":
                Write(Weights, "abcd");
                break;
            case "time":
                File.SetLastWriteTimeUtc(Weights, DateTime.UnixEpoch.AddTicks(10));
                break;
            case "name":
                File.Move(Weights, $"{Weights}2");
                break;
            case "more":
                Write(Path.Combine(Folder, "labels"), "");
                break;
            case "less":
                File.Delete(Weights);
                break;
            case "link":
                File.Move(Weights, Path.Combine(_root, "elsewhere"));
                File.CreateSymbolicLink(Weights, Path.Combine(_root, "elsewhere"));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "unknown change");
        }

        Assert.NotEqual(before, FolderStamp.Of(Folder));
    }

    /// <summary>As folders of volumes are switched: the link stays, what it leads to is another, with files of the same sizes and times.</summary>
    [Fact]
    public void Of_LinkToAnotherFolder_IsAnother()
    {
        var (link, other) = (Path.Combine(_root, "current"), Path.Combine(_root, "other"));
        Directory.CreateDirectory(other);
        Write(Path.Combine(other, "weights"), "xyz");
        Write(Path.Combine(other, "model.json"), "{}");
        Directory.CreateSymbolicLink(link, Folder);
        var before = FolderStamp.Of(link);
        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, other);

        Assert.NotEqual(before, FolderStamp.Of(link));
    }

    [Fact]
    public void Of_TargetOfALinkGrows_IsAnother()
    {
        var link = Path.Combine(Folder, "labels");
        var target = Path.Combine(_root, "labels");
        Write(target, "a");
        File.CreateSymbolicLink(link, target);
        var before = FolderStamp.Of(Folder);
        Write(target, "ab");

        Assert.NotEqual(before, FolderStamp.Of(Folder));
    }

    [Fact]
    public void Of_NoFolder_IsNull() => Assert.Null(FolderStamp.Of(Path.Combine(_root, "nothing")));

    [Fact]
    public void Of_LinkIntoNowhere_IsAnotherOnceThereIsAFile()
    {
        File.CreateSymbolicLink(Path.Combine(Folder, "labels"), Path.Combine(_root, "later"));
        var before = FolderStamp.Of(Folder);
        Write(Path.Combine(_root, "later"), "");

        Assert.NotNull(before);
        Assert.NotEqual(before, FolderStamp.Of(Folder));
    }

    private static void Write(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
    }
}
