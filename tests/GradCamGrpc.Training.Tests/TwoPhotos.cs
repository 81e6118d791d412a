using GradCamGrpc.TestData;
using GradCamGrpc.Training.Features;

namespace GradCamGrpc.Training.Tests;

/// <summary>The maps of two committed photos, each as it is and mirrored.</summary>
public sealed class TwoPhotos : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory().FullName;
    private readonly FeatureStore _store;

    public TwoPhotos()
    {
        var folder = EmbeddedModel.Read();
        _store = new FeatureStore(_cache, folder, folder.Manifest.Preprocessing with { ResizeShorterSide = null }, ["blocks.4.2"]);
        Features = _store.Open(Paths, Views, () => { }, CancellationToken.None);
    }

    public static IReadOnlyList<string> Paths { get; } =
        [.. new[] { "astronaut.png", "chelsea.png" }.Select(name => Path.Combine(TestFolders.Repository, "tests", "photos", name))];

    public IReadOnlyList<IReadOnlyList<PhotoView>> Views { get; } = [PhotoView.Several(2, 1), PhotoView.Several(2, 1)];

    public FeatureFile Features { get; }

    public void Dispose()
    {
        Features.Dispose();
        _store.Dispose();
        Directory.Delete(_cache, recursive: true);
    }
}
