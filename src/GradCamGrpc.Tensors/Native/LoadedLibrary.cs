using System.Globalization;

namespace GradCamGrpc.Tensors.Native;

/// <summary>A library that this process has loaded (Linux).</summary>
/// <param name="Path">Its file.</param>
/// <param name="Start">Where its first byte lies in memory.</param>
internal sealed record LoadedLibrary(string Path, nint Start)
{
    private const int PathColumn = 5;

    /// <summary>The library whose file has a name; null where none is loaded.</summary>
    public static LoadedLibrary? Find(string fileName)
    {
        // Each line: from-to, rights, offset in the file, device, inode, path; in the order of the addresses, so that a file's start comes first.
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var columns = line.Split(' ', PathColumn + 1, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > PathColumn && System.IO.Path.GetFileName(columns[PathColumn]) == fileName)
                return new LoadedLibrary(columns[PathColumn], nint.Parse(columns[0].AsSpan(0, columns[0].IndexOf('-', StringComparison.Ordinal)), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
        return null;
    }
}
