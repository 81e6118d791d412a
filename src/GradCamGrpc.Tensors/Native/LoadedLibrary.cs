using System.Globalization;

namespace GradCamGrpc.Tensors.Native;

/// <summary>A library that this process has loaded (Linux).</summary>
/// <param name="Path">Its file.</param>
/// <param name="Start">Where its first byte lies in memory.</param>
internal sealed record LoadedLibrary(string Path, nint Start)
{
    private const int RightsColumn = 1;
    private const int OffsetColumn = 2;
    private const int PathColumn = 5;

    /// <summary>The library whose file has a name; null where none is loaded.</summary>
    public static LoadedLibrary? Find(string fileName)
    {
        // Each line: from-to, rights, offset in the file, device, inode, path; in the order of the addresses, so that a file's start comes first. Whoever
        // reads the file may have it in memory, too: only where code follows that may run has the loader put it.
        nint start = 0;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var columns = line.Split(' ', PathColumn + 1, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length <= PathColumn || System.IO.Path.GetFileName(columns[PathColumn]) != fileName)
                continue;
            if (Number(columns[OffsetColumn]) == 0)
                start = Number(columns[0].AsSpan(0, columns[0].IndexOf('-', StringComparison.Ordinal)));
            if (start != 0 && columns[RightsColumn].Contains('x', StringComparison.Ordinal))
                return new LoadedLibrary(columns[PathColumn], start);
        }
        return null;
    }

    private static nint Number(ReadOnlySpan<char> digits) => nint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
