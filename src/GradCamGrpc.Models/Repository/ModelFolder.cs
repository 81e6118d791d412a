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
/// <param name="Revision">
/// The SHA-256 of everything that it holds, 64 lower-case hexadecimal digits: of the manifest, in which those of the weights stand, and of its
/// files of text.
/// </param>
public sealed record ModelFolder(string Path, ModelManifest Manifest, IReadOnlyList<string> Labels, string Revision)
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
        WriteIndented = true,
    };

    /// <summary>Reads a folder and checks it, its checkpoint's hash included.</summary>
    /// <exception cref="InvalidModelException">The folder cannot be served; every fault is listed.</exception>
    public static ModelFolder Read(string path)
    {
        var (manifest, content) = ReadManifest(path);
        var faults = ManifestRules.Check(manifest).ToList();
        if (faults.Count > 0)
            throw new InvalidModelException(path, faults);

        var labels = CheckLines(path, manifest.Labels, "labels", faults);
        CheckHash(path, manifest.Weights, "weights", faults);
        CheckFiles(path, manifest.Captioning, "captioning", faults);
        CheckFiles(path, manifest.Answering, "answering", faults);
        if (manifest.Answering is { } answering)
            CheckDistinctLines(path, answering.Answers, "answering.answers", faults);
        return faults.Count == 0
            ? new ModelFolder(path, manifest, labels, RevisionOf(path, manifest, content))
            : throw new InvalidModelException(path, faults);
    }

    /// <summary>The name that a folder's manifest gives; null where it cannot be read.</summary>
    public static string? NameIn(string path)
    {
        try
        {
            return ReadManifest(path).Manifest.Name;
        }
        catch (InvalidModelException)
        {
            return null;
        }
    }

    /// <summary>Whether the network's checkpoint is still the one that was read.</summary>
    public bool HasItsWeights()
    {
        var faults = new List<string>();
        CheckHash(Path, Manifest.Weights, "weights", faults);
        return faults.Count == 0;
    }

    /// <summary>Builds the network and fills it with the checkpoint; it is in training mode and unfolded.</summary>
    /// <exception cref="CheckpointException">The checkpoint does not fit the network.</exception>
    public ServableNetwork BuildNetwork()
    {
        using var checkpoint = CheckpointFormats.Open(System.IO.Path.Combine(Path, Manifest.Weights.File));
        checkpoint.EnsureHolds(Architectures.LeastNumbers(Labels.Count), $"a network of {Labels.Count} classes");
        var network = Architectures.Create(Manifest.Architecture, Labels.Count);
        try
        {
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
        return (Fill(captioning, words.Count, () => new CaptionHead(captioning.Sources, words.Count, captioning.Shape)), words);
    }

    /// <summary>Builds the answering head and fills it with its weights; it is frozen and in evaluation mode.</summary>
    /// <exception cref="InvalidOperationException">The model has none.</exception>
    /// <exception cref="CheckpointException">The weights do not fit the head.</exception>
    public (AnswerHead Head, Vocabulary Words, IReadOnlyList<string> Answers) BuildAnswerHead()
    {
        var answering = Manifest.Answering ?? throw new InvalidOperationException($"model {Manifest.Name} has no answering head");
        var words = Vocabulary.Read(System.IO.Path.Combine(Path, answering.Vocabulary));
        var answers = File.ReadAllLines(System.IO.Path.Combine(Path, answering.Answers));
        return (Fill(answering, words.Count + answers.Length, () => new AnswerHead(answering.Sources, words.Count, answers.Length, answering.Shape)), words, answers);
    }

    /// <summary>Writes a manifest into a folder.</summary>
    public static void WriteManifest(string path, ModelManifest manifest) =>
        File.WriteAllText(System.IO.Path.Combine(path, ManifestFile), JsonSerializer.Serialize(manifest, ManifestFormat) + "\n");

    /// <summary>Builds a head once it is known that its weights are as many as it says: what a manifest claims takes no memory by itself.</summary>
    /// <param name="manifest">What it says.</param>
    /// <param name="vectors">How many words and answers the head has vectors for.</param>
    /// <param name="create">Builds it.</param>
    private THead Fill<THead>(HeadManifest manifest, int vectors, Func<THead> create)
        where THead : ReadingHead
    {
        using var checkpoint = CheckpointFormats.Open(System.IO.Path.Combine(Path, manifest.Weights.File));
        var shape = manifest.Shape;
        checkpoint.EnsureHolds(
            ReadingHead.LeastNumbers(manifest.Sources, vectors, shape),
            $"a head of {vectors} words and answers, {shape.Layers} layers of width {shape.Width} and {shape.MaxWords} words a sentence");
        var head = create();
        try
        {
            CheckpointLoader.Load(head, checkpoint);
            head.Freeze();
            return head;
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    private static (ModelManifest Manifest, byte[] Content) ReadManifest(string path)
    {
        try
        {
            var file = System.IO.Path.Combine(path, ManifestFile);
            if (!HasContent(file))
                throw new InvalidModelException(path, [$"{ManifestFile}: it is empty, or no file"]);
            var content = File.ReadAllBytes(file);
            var manifest = JsonSerializer.Deserialize<ModelManifest>(content, ManifestFormat);
            return manifest is null ? throw new InvalidModelException(path, [$"{ManifestFile} is null"]) : (manifest, content);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException(path, [$"{ManifestFile}: {e.Message}"]);
        }
    }

    private static string RevisionOf(string path, ModelManifest manifest, byte[] content)
    {
        string?[] texts = [manifest.Labels, manifest.Captioning?.Vocabulary, manifest.Answering?.Vocabulary, manifest.Answering?.Answers];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(content));
        foreach (var text in texts.OfType<string>())
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(System.IO.Path.Combine(path, text))));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Whether there is something to read that ends: pipes, which wait for a writer, and devices, which never end, have no length.</summary>
    private static bool HasContent(string file)
    {
        var info = new FileInfo(file);
        return ((FileInfo?)info.ResolveLinkTarget(returnFinalTarget: true) ?? info) is { Exists: true, Length: > 0 };
    }

    private static void CheckFiles(string path, HeadManifest? head, string field, List<string> faults)
    {
        if (head is null)
            return;
        CheckHash(path, head.Weights, $"{field}.weights", faults);
        CheckDistinctLines(path, head.Vocabulary, $"{field}.vocabulary", faults);
    }

    /// <summary>Checks a file of lines, each of which stands for a number: none may be empty, or there twice.</summary>
    private static void CheckDistinctLines(string path, string name, string field, List<string> faults)
    {
        var firsts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, line) in CheckLines(path, name, field, faults).Index().Where(pair => !string.IsNullOrWhiteSpace(pair.Item)))
        {
            if (firsts.TryAdd(line, i + 1))
                continue;
            faults.Add($"{field}: line {i + 1} of {name} is line {firsts[line]} again, '{line}'");
            return;
        }
    }

    /// <summary>Reads a file of lines, none of which may be empty.</summary>
    private static string[] CheckLines(string path, string name, string field, List<string> faults)
    {
        var file = System.IO.Path.Combine(path, name);
        if (!File.Exists(file))
        {
            faults.Add($"{field}: there is no file {name}");
            return [];
        }
        if (!HasContent(file))
        {
            faults.Add($"{field}: {name} is empty, or no file");
            return [];
        }
        var lines = File.ReadAllLines(file);
        var empty = Array.FindIndex(lines, string.IsNullOrWhiteSpace);
        if (empty >= 0)
            faults.Add($"{field}: line {empty + 1} of {name} is empty");
        return lines;
    }

    private static void CheckHash(string path, WeightsManifest weights, string field, List<string> faults)
    {
        var file = System.IO.Path.Combine(path, weights.File);
        if (!File.Exists(file))
        {
            faults.Add($"{field}.file: there is no file {weights.File}");
            return;
        }
        if (!HasContent(file))
        {
            faults.Add($"{field}.file: {weights.File} is empty, or no file");
            return;
        }
        using var stream = File.OpenRead(file);
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (hash != weights.Sha256)
            faults.Add($"{field}.sha256: {weights.File} has {hash}, the manifest says {weights.Sha256}");
    }
}
