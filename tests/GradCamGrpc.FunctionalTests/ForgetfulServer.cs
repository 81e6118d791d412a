using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary>
/// A server that keeps nothing of photos, so that every call runs a pass. Its model is the embedded one by a name that no other server of this
/// process has: metrics are those of all of them.
/// </summary>
public sealed class ForgetfulServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    /// <summary>The model's name.</summary>
    public string Model { get; } = $"forgetful_{Guid.NewGuid():N}";

    /// <summary>The server.</summary>
    public RunningServer Server { get; private set; } = null!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path).Where(file => Path.GetFileName(file) != ModelFolder.ManifestFile))
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, Path.GetFileName(file)), file);
        ModelFolder.WriteManifest(_folder.FullName, EmbeddedModel.Read().Manifest with { Name = Model });
        Server = new RunningServer(options => options with { Models = _folder.FullName, ActivationCacheBytes = 0 });
        await Server.InitializeAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
