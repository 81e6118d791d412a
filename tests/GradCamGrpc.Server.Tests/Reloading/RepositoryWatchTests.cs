using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Reloading;

namespace GradCamGrpc.Server.Tests.Reloading;

public sealed class RepositoryWatchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly RepositoryWatch _watch = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Look_TheVeryFirst_CountsAtOnce() => Assert.Equal(["a", "b"], Look(("b", Stamp(1)), ("a", Stamp(1))).Changed);

    [Fact]
    public void Look_FolderThatComes_CountsWhenItIsSeenAlikeForTheSecondTime()
    {
        Look();

        Assert.Empty(Look(("a", Stamp(1))).Changed);
        Assert.Equal(["a"], Look(("a", Stamp(1))).Changed);
    }

    [Fact]
    public void Look_FolderThatGrowsFromLookToLook_CountsOnlyWhenItIsDone()
    {
        Look();
        for (var size = 0; size < 5; size++)
            Assert.Empty(Look(("a", Stamp(size))).Changed);

        Assert.Equal(["a"], Look(("a", Stamp(4))).Changed);
    }

    /// <summary>A folder that could not even be looked at is no two times alike.</summary>
    [Fact]
    public void Look_FolderThatChangesWhileItIsLookedAt_DoesNotCount()
    {
        Look();

        Assert.Empty(Look(("a", null)).Changed);
        Assert.Empty(Look(("a", null)).Changed);
        Assert.Empty(Look(("a", Stamp(1))).Changed);
        Assert.Equal(["a"], Look(("a", Stamp(1))).Changed);
    }

    [Fact]
    public void Look_WhatIsNotDealtWith_CountsAgainAndAgain()
    {
        Assert.Equal(["a"], Look(("a", Stamp(1))).Changed);
        Assert.Equal(["a"], Look(("a", Stamp(1))).Changed);
        _watch.DealtWith("a");

        Assert.Empty(Look(("a", Stamp(1))).Changed);
        Assert.Empty(Look(("a", Stamp(2))).Changed);
        Assert.Equal(["a"], Look(("a", Stamp(2))).Changed);
    }

    [Fact]
    public void Look_FolderIsMissedOnce_IsNotGone()
    {
        Look(("a", Stamp(1)));
        _watch.DealtWith("a");

        Assert.Empty(Look().Gone);
        var back = Look(("a", Stamp(1)));

        Assert.Empty(back.Gone);
        Assert.Empty(back.Changed);
    }

    [Fact]
    public void Look_FolderIsMissedTwice_IsGoneUntilThatIsDealtWith()
    {
        Look(("a", Stamp(1)), ("b", Stamp(1)));
        _watch.DealtWith("a");
        _watch.DealtWith("b");
        Look(("b", Stamp(1)));

        Assert.Equal(["a"], Look(("b", Stamp(1))).Gone);
        Assert.Equal(["a"], Look(("b", Stamp(1))).Gone);
        _watch.Forget("a");
        Assert.Empty(Look(("b", Stamp(1))).Gone);
        Assert.Equal(["b"], _watch.Known);
    }

    [Fact]
    public void Retry_FolderLooksAsItDid_CountsOnceMore()
    {
        Look(("a", Stamp(1)));
        _watch.DealtWith("a");
        Look(("a", Stamp(1)));
        _watch.Retry("a");

        Assert.Equal(["a"], Look(("a", Stamp(1))).Changed);
        Assert.Equal(["a"], _watch.Known);
    }

    private RepositoryChanges Look(params (string Folder, FolderStamp? Stamp)[] folders) =>
        _watch.Look(folders.ToDictionary(folder => folder.Folder, folder => folder.Stamp, StringComparer.Ordinal));

    /// <summary>The stamp of a folder with a file of so many bytes.</summary>
    private FolderStamp Stamp(int size)
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllBytes(file, new byte[size]);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        return FolderStamp.Of(_folder)!;
    }
}
