namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Small sound files of every kind that is decoded, drawn for this.</summary>
public static class ImageSeeds
{
    /// <summary>The files, by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> All { get; } = Read();

    private static SortedDictionary<string, byte[]> Read()
    {
        var assembly = typeof(ImageSeeds).Assembly;
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames())
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files.Add(name, bytes);
        }
        return files;
    }
}
