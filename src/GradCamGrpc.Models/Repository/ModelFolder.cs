using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Repository;

/// <summary>A model as a folder: <c>model.json</c>, a checkpoint, and a file of labels.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Labels">The class labels, in the order of the outputs.</param>
public sealed record ModelFolder(string Path, ModelManifest Manifest, IReadOnlyList<string> Labels)
{
    /// <summary>The manifest's file name.</summary>
    public const string ManifestFile = "model.json";

    private static readonly JsonSerializerOptions ManifestFormat = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>Reads a folder and checks it, its checkpoint's hash included.</summary>
    /// <exception cref="InvalidModelException">The folder cannot be served; every fault is listed.</exception>
    public static ModelFolder Read(string path)
    {
        var manifest = ReadManifest(path);
        var faults = ManifestRules.Check(manifest).ToList();
        if (faults.Count > 0)
            throw new InvalidModelException(path, faults);

        var labels = ReadLabels(path, manifest, faults);
        CheckHash(path, manifest, faults);
        return faults.Count == 0 ? new ModelFolder(path, manifest, labels) : throw new InvalidModelException(path, faults);
    }

    /// <summary>Builds the network and fills it with the checkpoint; it is in training mode and unfolded.</summary>
    /// <exception cref="CheckpointException">The checkpoint does not fit the network.</exception>
    public ServableNetwork BuildNetwork()
    {
        var network = Architectures.Create(Manifest.Architecture, Labels.Count);
        try
        {
            using var checkpoint = CheckpointFormats.Open(System.IO.Path.Combine(Path, Manifest.Weights.File));
            CheckpointLoader.Load(network, checkpoint, network.IgnoredPrefixes);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Builds the captioning head and fills it with its weights; it is frozen and in evaluation mode.</summary>
    /// <exception cref="InvalidOperationException">The model has none.</exception>
    /// <exception cref="CheckpointException">The weights do not fit the head.</exception>
    public (CaptionHead Head, Vocabulary Words) BuildCaptionHead()
    {
        var captioning = Manifest.Captioning ?? throw new InvalidOperationException($"model {Manifest.Name} has no captioning head");
        var words = Vocabulary.Read(System.IO.Path.Combine(Path, captioning.Vocabulary));
        var head = new CaptionHead(captioning.Sources, words.Count, captioning.Shape);
        try
        {
            using var checkpoint = CheckpointFormats.Open(System.IO.Path.Combine(Path, captioning.Weights.File));
            CheckpointLoader.Load(head, checkpoint);
            head.eval();
            foreach (var parameter in head.parameters())
                parameter.requires_grad_(false);
            return (head, words);
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    /// <summary>Writes a manifest into a folder.</summary>
    public static void WriteManifest(string path, ModelManifest manifest) =>
        File.WriteAllText(System.IO.Path.Combine(path, ManifestFile), JsonSerializer.Serialize(manifest, ManifestFormat) + "\n");

    private static ModelManifest ReadManifest(string path)
    {
        try
        {
            using var stream = File.OpenRead(System.IO.Path.Combine(path, ManifestFile));
            return JsonSerializer.Deserialize<ModelManifest>(stream, ManifestFormat)
                ?? throw new InvalidModelException(path, [$"{ManifestFile} is null"]);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException(path, [$"{ManifestFile}: {e.Message}"]);
        }
    }

    private static string[] ReadLabels(string path, ModelManifest manifest, List<string> faults)
    {
        var file = System.IO.Path.Combine(path, manifest.Labels);
        if (!File.Exists(file))
        {
            faults.Add($"labels: there is no file {manifest.Labels}");
            return [];
        }
        var labels = File.ReadAllLines(file);
        if (labels.Length == 0)
            faults.Add($"labels: {manifest.Labels} is empty");
        var empty = Array.FindIndex(labels, string.IsNullOrWhiteSpace);
        if (empty >= 0)
            faults.Add($"labels: line {empty + 1} of {manifest.Labels} is empty");
        return labels;
    }

    private static void CheckHash(string path, ModelManifest manifest, List<string> faults)
    {
        var file = System.IO.Path.Combine(path, manifest.Weights.File);
        if (!File.Exists(file))
        {
            faults.Add($"weights.file: there is no file {manifest.Weights.File}");
            return;
        }
        using var stream = File.OpenRead(file);
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (hash != manifest.Weights.Sha256)
            faults.Add($"weights.sha256: {manifest.Weights.File} has {hash}, the manifest says {manifest.Weights.Sha256}");
    }
}
