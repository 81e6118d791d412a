using System.Security.Cryptography;
using System.Text;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Training.Features;

/// <summary>A folder of feature files, each named after all that it depends on.</summary>
/// <param name="cache">The folder, made where there is none.</param>
/// <param name="folder">The model whose trunk it is.</param>
/// <param name="preprocessing">How photos are prepared.</param>
/// <param name="layers">The layers whose maps are kept.</param>
public sealed class FeatureStore(string cache, ModelFolder folder, PreprocessingManifest preprocessing, IReadOnlyList<string> layers) : IDisposable
{
    private readonly TrunkReader _trunk = new(folder, preprocessing, layers);

    /// <summary>What says, in a file's name, which trunk and layers it belongs to.</summary>
    public string Trunk => $"{folder.Manifest.Weights.Sha256} {string.Join(' ', layers)}";

    /// <summary>The maps of photos, computed where they are not there yet.</summary>
    /// <param name="photos">The photos' files.</param>
    /// <param name="views">For each photo as many views as for any other.</param>
    /// <param name="done">Told after each photo that is computed.</param>
    /// <param name="cancellation">Ends it.</param>
    public FeatureFile Open(
        IReadOnlyList<string> photos, IReadOnlyList<IReadOnlyList<PhotoView>> views, Action done, CancellationToken cancellation)
    {
        var content = new StringBuilder(Trunk);
        for (var i = 0; i < photos.Count; i++)
            content.Append(Path.GetFileName(photos[i])).AppendJoin(' ', views[i]);
        return FeatureFile.Open(PathOf("features", content.ToString(), "bin"), photos, views, _trunk, done, cancellation);
    }

    /// <summary>The path of a file in the folder.</summary>
    /// <param name="kind">What its name begins with.</param>
    /// <param name="content">All that the file depends on.</param>
    /// <param name="extension">What its name ends in.</param>
    public string PathOf(string kind, string content, string extension)
    {
        Directory.CreateDirectory(cache);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
        return Path.Combine(cache, $"{kind}-{key}.{extension}");
    }

    /// <inheritdoc />
    public void Dispose() => _trunk.Dispose();
}
