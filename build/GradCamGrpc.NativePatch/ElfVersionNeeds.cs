using System.Buffers.Binary;
using System.Text;

namespace GradCamGrpc.NativePatch;

/// <summary>
/// The symbol versions that a 64-bit little-endian ELF library asks of other libraries (section <c>.gnu.version_r</c>; System V
/// gABI, GNU symbol versioning).
/// </summary>
/// <remarks>
/// The loader refuses a library that needs a version which is absent, even where no symbol of that version is ever called. A need
/// that is marked weak only earns a warning under <c>LD_DEBUG</c>.
/// </remarks>
public static class ElfVersionNeeds
{
    private const uint DynamicSymbols = 11;
    private const uint VersionNeeds = 0x6fff_fffe;
    private const uint VersionSymbols = 0x6fff_ffff;
    private const ushort WeakFlag = 2;
    private const int SymbolSize = 24;

    private readonly record struct Section(uint Type, int Offset, int Size, int Link);

    /// <summary>Marks the need for <paramref name="version"/> as weak.</summary>
    /// <param name="elf">The library, changed in place.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <param name="uncalled">The symbols of that version that are known never to be called.</param>
    /// <returns>Whether a byte changed: false where the need is absent or weak already.</returns>
    /// <exception cref="InvalidDataException">Not such a library, or a symbol beyond <paramref name="uncalled"/> needs the version.</exception>
    public static bool Weaken(Span<byte> elf, string version, IReadOnlySet<string> uncalled)
    {
        try
        {
            var sections = ReadSections(elf);
            var needs = Array.Find(sections, section => section.Type == VersionNeeds);
            return needs.Size > 0 && WeakenIn(elf, sections, needs, version, uncalled);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("the library is cut short, or an offset in it points outside", e);
        }
    }

    private static bool WeakenIn(Span<byte> elf, Section[] sections, Section needs, string version, IReadOnlySet<string> uncalled)
    {
        var changed = false;
        for (var need = needs.Offset; ;)
        {
            var auxiliary = need + (int)U32(elf, need + 8);
            for (int left = U16(elf, need + 2); left > 0; left--)
            {
                if (Text(elf, sections[needs.Link], U32(elf, auxiliary + 8)) == version)
                    changed |= WeakenEntry(elf, sections, auxiliary, version, uncalled);
                auxiliary += (int)U32(elf, auxiliary + 12);
            }
            if (U32(elf, need + 12) is not (> 0 and var next))
                return changed;
            need += (int)next;
        }
    }

    private static bool WeakenEntry(
        Span<byte> elf, Section[] sections, int auxiliary, string version, IReadOnlySet<string> uncalled)
    {
        var flags = U16(elf, auxiliary + 4);
        if ((flags & WeakFlag) != 0)
            return false;

        foreach (var symbol in SymbolsOfVersion(elf, sections, U16(elf, auxiliary + 6)))
        {
            if (!uncalled.Contains(symbol))
                throw new InvalidDataException($"{symbol} needs {version}: the need cannot be weakened");
        }
        BinaryPrimitives.WriteUInt16LittleEndian(elf[(auxiliary + 4)..], (ushort)(flags | WeakFlag));
        return true;
    }

    private static List<string> SymbolsOfVersion(ReadOnlySpan<byte> elf, Section[] sections, ushort index)
    {
        var symbols = Array.Find(sections, section => section.Type == DynamicSymbols);
        var versions = Array.Find(sections, section => section.Type == VersionSymbols);
        var found = new List<string>();
        for (var i = 0; i < symbols.Size / SymbolSize; i++)
        {
            if ((U16(elf, versions.Offset + 2 * i) & 0x7fff) == index)
                found.Add(Text(elf, sections[symbols.Link], U32(elf, symbols.Offset + SymbolSize * i)));
        }
        return found;
    }

    private static Section[] ReadSections(ReadOnlySpan<byte> elf)
    {
        if (elf.Length < 64 || !elf.StartsWith("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("not a 64-bit little-endian ELF library");

        var table = (int)U64(elf, 40);
        int entrySize = U16(elf, 58);
        var sections = new Section[U16(elf, 60)];
        for (var i = 0; i < sections.Length; i++)
        {
            var at = table + i * entrySize;
            sections[i] = new Section(U32(elf, at + 4), (int)U64(elf, at + 24), (int)U64(elf, at + 32), (int)U32(elf, at + 40));
        }
        return sections;
    }

    private static string Text(ReadOnlySpan<byte> elf, Section strings, uint offset)
    {
        var text = elf.Slice(strings.Offset, strings.Size)[(int)offset..];
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }

    private static ushort U16(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf[at..]);

    private static uint U32(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf[at..]);

    private static ulong U64(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt64LittleEndian(elf[at..]);
}
