namespace GradCamGrpc.Cli.Evaluation;

/// <summary>A folder for what is computed once; where nobody names one, it lasts as long as the command.</summary>
internal sealed class CacheFolder : IDisposable
{
    private readonly DirectoryInfo? _own;

    /// <param name="path">The folder; null for one of our own.</param>
    public CacheFolder(string? path)
    {
        _own = path is null ? Directory.CreateTempSubdirectory("gradcam-") : null;
        Path = path ?? _own!.FullName;
    }

    public string Path { get; }

    public void Dispose() => _own?.Delete(recursive: true);
}
