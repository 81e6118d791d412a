using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text;

namespace GradCamGrpc.Tensors.Native;

/// <summary>The symbols of a library, those among them that it keeps to itself (64-bit little-endian ELF, section <c>.symtab</c>; System V gABI).</summary>
internal static unsafe class ElfSymbols
{
    private const int SymbolTable = 2;

    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Header
    {
        [FieldOffset(40)]
        public ulong Sections;

        [FieldOffset(60)]
        public ushort SectionCount;
    }

    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Section
    {
        [FieldOffset(4)]
        public int Type;

        [FieldOffset(24)]
        public ulong Offset;

        [FieldOffset(32)]
        public ulong Size;

        [FieldOffset(40)]
        public int Names;
    }

    [StructLayout(LayoutKind.Explicit, Size = 24)]
    private struct Symbol
    {
        [FieldOffset(0)]
        public int Name;

        [FieldOffset(8)]
        public ulong Value;
    }

    /// <summary>A symbol's place, counted from the library's start.</summary>
    /// <returns>Null where the file is no such library, was stripped of its names, or has none of this name.</returns>
    public static nint? Find(string path, string name)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        try
        {
            return Find(new ReadOnlySpan<byte>(bytes, checked((int)new FileInfo(path).Length)), name);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static nint? Find(ReadOnlySpan<byte> elf, string name)
    {
        if (elf.Length < sizeof(Header) || !elf.StartsWith("\u007fELF\u0002\u0001"u8))
            return null;
        var header = MemoryMarshal.Read<Header>(elf);
        var sections = MemoryMarshal.Cast<byte, Section>(elf.Slice((int)header.Sections, header.SectionCount * sizeof(Section)));
        foreach (var section in sections)
        {
            if (section.Type == SymbolTable)
                return Find(MemoryMarshal.Cast<byte, Symbol>(Content(elf, section)), Content(elf, sections[section.Names]), name);
        }
        return null;
    }

    private static nint? Find(ReadOnlySpan<Symbol> symbols, ReadOnlySpan<byte> names, string name)
    {
        // Each name ends with a zero byte, and the first is empty.
        var place = names.IndexOf(Encoding.ASCII.GetBytes($"\0{name}\0"));
        if (place < 0)
            return null;
        foreach (var symbol in symbols)
        {
            if (symbol.Name == place + 1)
                return (nint)symbol.Value;
        }
        return null;
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> elf, Section section) => elf.Slice((int)section.Offset, (int)section.Size);
}
