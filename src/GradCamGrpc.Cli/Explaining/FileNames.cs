namespace GradCamGrpc.Cli.Explaining;

/// <summary>Names for the files that are written.</summary>
internal static class FileNames
{
    /// <summary>A text as a part of a file's name: its first name before a comma, letters, digits and dots, the rest hyphens.</summary>
    public static string Safe(string text)
    {
        var first = text.Split(',')[0].Trim().ToLowerInvariant();
        return string.Concat(first.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '-'));
    }

    /// <summary>A file as it is told: from the current folder where it lies in that, else in full.</summary>
    public static string Shown(string file)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, file);
        return relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFullPath(file) : relative;
    }

    /// <summary>The parts of a name that there are, with dots between them.</summary>
    public static string Joined(params string[] parts) => string.Join('.', parts.Where(part => part.Length > 0));

    /// <summary>A prefix for each photo: its file's name, with a number where two photos share one.</summary>
    public static IReadOnlyList<string> Prefixes(IReadOnlyList<string> photos)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. photos.Select(photo => Unused(Path.GetFileNameWithoutExtension(photo), taken))];
    }

    private static string Unused(string name, HashSet<string> taken)
    {
        var unused = name;
        for (var i = 2; !taken.Add(unused); i++)
            unused = $"{name}-{i}";
        return unused;
    }
}
