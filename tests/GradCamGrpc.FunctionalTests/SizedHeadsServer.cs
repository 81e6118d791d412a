using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary>
/// A server whose model has heads that see photos in other sizes than its classification does: see <see cref="SizedHeads"/>. It keeps nothing of
/// photos, so that every call runs a pass.
/// </summary>
public sealed class SizedHeadsServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly long _cacheBytes;

    /// <summary>One with three sizes.</summary>
    public SizedHeadsServer()
        : this((128, 96), (160, 64))
    {
    }

    /// <param name="captioning">The size of what the captioning head sees.</param>
    /// <param name="answering">The size of what the answering head sees.</param>
    /// <param name="cacheBytes">What is kept of photos.</param>
    internal SizedHeadsServer((int Width, int Height) captioning, (int Width, int Height) answering, long cacheBytes = 0)
    {
        (Captioning, Answering, _cacheBytes) = (captioning, answering, cacheBytes);
        Model = SizedHeads.WriteTo(_folder.FullName, $"sized_{Guid.NewGuid():N}", captioning, answering);
    }

    /// <summary>The size of what the captioning head sees.</summary>
    public (int Width, int Height) Captioning { get; }

    /// <summary>The size of what the answering head sees.</summary>
    public (int Width, int Height) Answering { get; }

    /// <summary>The model.</summary>
    public ModelFolder Model { get; }

    /// <summary>The server.</summary>
    public RunningServer Server { get; private set; } = null!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        Server = new RunningServer(options => options with { Models = _folder.FullName, ActivationCacheBytes = _cacheBytes });
        await Server.InitializeAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
