using System.Security.Cryptography;
using System.Text.Json;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Training.Features;

/// <summary>A folder of files that are computed once: each is named after all that it depends on, so that none is ever stale.</summary>
/// <param name="cache">The folder, made where there is none.</param>
/// <param name="folder">The model whose trunk it is.</param>
/// <param name="preprocessing">How photos are prepared.</param>
/// <param name="layers">The layers whose maps are kept.</param>
public sealed class FeatureStore(string cache, ModelFolder folder, PreprocessingManifest preprocessing, IReadOnlyList<string> layers) : IDisposable
{
    private readonly TrunkReader _trunk = new(folder, preprocessing, layers);

    /// <summary>The maps of photos, computed where they are not there yet.</summary>
    /// <param name="photos">The photos' files.</param>
    /// <param name="views">For each photo as many views as for any other.</param>
    /// <param name="done">Told after each photo that is computed.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">A photo is not there.</exception>
    /// <exception cref="InvalidDataException">A file is no photo.</exception>
    public FeatureFile Open(
        IReadOnlyList<string> photos, IReadOnlyList<IReadOnlyList<PhotoView>> views, Action done, CancellationToken cancellation)
    {
        string[] contents = [.. photos.Select(photo => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(photo))))];
        return FeatureFile.Open(PathOf("features", "bin", contents, views), photos, views, _trunk, done, cancellation);
    }

    /// <summary>The path of a file that depends on the trunk, and on more.</summary>
    /// <param name="kind">What its name begins with.</param>
    /// <param name="extension">What its name ends in.</param>
    /// <param name="dependencies">All else that it depends on: data, of which every property counts.</param>
    public string PathOf(string kind, string extension, params object[] dependencies)
    {
        Directory.CreateDirectory(cache);
        var all = JsonSerializer.SerializeToUtf8Bytes<object[]>([folder.Manifest.Weights.Sha256, preprocessing, layers, .. dependencies]);
        return Path.Combine(cache, $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(all))[..16]}.{extension}");
    }

    /// <inheritdoc />
    public void Dispose() => _trunk.Dispose();
}
