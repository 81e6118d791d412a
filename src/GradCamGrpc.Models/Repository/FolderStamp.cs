namespace GradCamGrpc.Models.Repository;

/// <summary>What a folder's files look like from outside: their names, sizes and times. Where two stamps differ, the files may.</summary>
public sealed record FolderStamp
{
    private static readonly FolderStamp Closed = new("not to be read");

    private readonly string _files;

    private FolderStamp(string files) => _files = files;

    /// <summary>Looks at a folder. Links are followed, so that another target is another stamp.</summary>
    /// <returns>Null where it is gone, or changes at this very moment.</returns>
    public static FolderStamp? Of(string folder)
    {
        try
        {
            var real = Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
            var files = new DirectoryInfo(real).GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(Describe);
            return new FolderStamp(string.Join('\n', files.Prepend(real)));
        }
        catch (UnauthorizedAccessException)
        {
            return Closed;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Describe(FileInfo file)
    {
        var real = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return real.Exists
            ? FormattableString.Invariant($"{file.Name} {real.FullName} {real.Length} {real.LastWriteTimeUtc.Ticks}")
            : $"{file.Name} {real.FullName} nowhere";
    }
}
