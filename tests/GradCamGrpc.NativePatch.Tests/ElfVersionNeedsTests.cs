using TorchSharp;

namespace GradCamGrpc.NativePatch.Tests;

/// <summary>On the library that the build patches: our copy of it, in this test's own output.</summary>
public sealed class ElfVersionNeedsTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Marker = "_ZSt21ios_base_library_initv";

    private static readonly HashSet<string> Uncalled = [Marker];

    private static readonly string Patched = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    [Fact]
    public void Weaken_PatchedLibrary_ChangesNothing()
    {
        var library = File.ReadAllBytes(Patched);

        Assert.False(ElfVersionNeeds.Weaken(library, Version, Uncalled));

        Assert.Equal(File.ReadAllBytes(Patched), library);
    }

    [Fact]
    public void Weaken_OriginalLibrary_ChangesOneByteAndIsIdempotent()
    {
        var original = Original();
        var library = original.ToArray();

        Assert.True(ElfVersionNeeds.Weaken(library, Version, Uncalled));
        Assert.False(ElfVersionNeeds.Weaken(library, Version, Uncalled));

        Assert.Equal(1, original.Zip(library).Count(pair => pair.First != pair.Second));
        Assert.Equal(File.ReadAllBytes(Patched), library);
    }

    [Fact]
    public void Weaken_SymbolsOfTheVersionAreCalled_IsRefusedByName()
    {
        var fault = Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.Weaken(Original(), Version, new HashSet<string>()));

        Assert.Contains(Marker, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weaken_VersionIsNotNeeded_ChangesNothing()
    {
        Assert.False(ElfVersionNeeds.Weaken(Original(), "GLIBCXX_99.0", Uncalled));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Weaken_LibraryIsCutShort_IsRefused(int length)
    {
        var library = Original()[..length];

        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.Weaken(library, Version, Uncalled));
    }

    [Fact]
    public void Build_PatchesACopy_NotThePackage()
    {
        Assert.Null(new FileInfo(Patched).LinkTarget);
        Assert.NotEqual(File.ReadAllBytes(Patched), Original());
    }

    [Fact]
    public void Load_PatchedLibrary_Works()
    {
        using var one = torch.ones(1);

        Assert.Equal(1, one.item<float>());
    }

    /// <summary>The library as the package has it: the file that the build's links beside our copy point to.</summary>
    private static byte[] Original()
    {
        var root = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var version = typeof(torch).Assembly.GetName().Version!;
        return File.ReadAllBytes(Path.Combine(
            root, "torchsharp", version.ToString(3), "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
    }
}
