namespace GradCamGrpc.FunctionalTests;

/// <summary>A server of two models, see <see cref="ModelFolders"/>.</summary>
public sealed class TwoModels : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public TwoModels()
        : this(ModelFolders.Goldfish)
    {
    }

    /// <param name="unknown">The label that the second model does not know.</param>
    /// <param name="firstLabel">What the first model calls its class 0; null where it keeps its label.</param>
    internal TwoModels(string unknown, string? firstLabel = null) => ModelFolders.WriteTo(_folder.FullName, unknown, firstLabel);

    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = new RunningServer(options => options with { Models = _folder.FullName });
        await Server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
