using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using GradCamGrpc.Tensors.Native;
using TorchSharp;

namespace GradCamGrpc.Tensors.Tests.Native;

public sealed class ElfSymbolsTests
{
    /// <summary>The loader knows where that is, too.</summary>
    [Fact]
    public void Find_SymbolForOthers_IsWhereTheLoaderHasIt()
    {
        const string Name = "_ZN2at13globalContextEv";
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libraries are of another kind");
        _ = torch.get_num_threads();
        var library = LoadedLibrary.Find(OneDnn.Library)!;

        var expected = NativeLibrary.GetExport(NativeLibrary.Load(library.Path), Name);

        Assert.Equal(expected, library.Start + ElfSymbols.Find(library.Path, Name));
    }

    [Fact]
    public void Find_NameThatIsNotThere_IsNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libraries are of another kind");
        _ = torch.get_num_threads();

        Assert.Null(ElfSymbols.Find(LoadedLibrary.Find(OneDnn.Library)!.Path, "_ZN2at13globalContextEvery"));
    }

    [Fact]
    public void Find_FileIsNoLibrary_IsNone()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, new string('x', 1000));

        Assert.Null(ElfSymbols.Find(path, "main"));
        File.Delete(path);
    }

    /// <summary>Who reads a library's symbols has its file in memory, too: as data, and mostly before the library.</summary>
    [Fact]
    public void LoadedLibrary_FileIsReadBesides_IsWhereTheLoaderHasIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libraries are of another kind");
        _ = torch.get_num_threads();
        var loaded = LoadedLibrary.Find(OneDnn.Library)!;

        using var file = MemoryMappedFile.CreateFromFile(loaded.Path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);

        Assert.Equal(loaded, LoadedLibrary.Find(OneDnn.Library));
    }

    [Fact]
    public void LoadedLibrary_NobodyLoadedIt_IsNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libraries are of another kind");

        Assert.Null(LoadedLibrary.Find("libnobodyhasit.so"));
    }
}
