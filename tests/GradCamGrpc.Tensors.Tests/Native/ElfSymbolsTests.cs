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

    [Fact]
    public void LoadedLibrary_NobodyLoadedIt_IsNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libraries are of another kind");

        Assert.Null(LoadedLibrary.Find("libnobodyhasit.so"));
    }
}
