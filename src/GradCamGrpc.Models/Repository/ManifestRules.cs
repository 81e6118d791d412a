using System.Text.RegularExpressions;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Models.Repository;

/// <summary>What a manifest must hold beyond its JSON shape.</summary>
internal static partial class ManifestRules
{
    private const int MaxSide = 4096;

    /// <summary>Beyond it the network's input, single-precision numbers, would lose its digits.</summary>
    private const int MaxFactor = 1000;

    private const int MaxLayers = 64;
    private const int MaxLengthPenalty = 10;

    private static readonly (string Task, string Head, Func<ModelManifest, HeadManifest?> Of)[] Heads =
        [("captioning", "captioning", manifest => manifest.Captioning), ("vqa", "answering", manifest => manifest.Answering)];

    private static readonly string[] Tasks = ["classification", .. Heads.Select(head => head.Task)];
    private static readonly string[] Interpolations = ["bilinear", "bicubic"];

    /// <summary>Every fault, a sentence each; none when the manifest is sound.</summary>
    public static IEnumerable<string> Check(ModelManifest manifest)
    {
        if (!IsName(manifest.Name))
            yield return $"name: '{manifest.Name}' is not {ModelManifest.NameRule}";
        if (string.IsNullOrWhiteSpace(manifest.Version))
            yield return "version: it is empty";
        if (!Architectures.Names.Contains(manifest.Architecture))
            yield return $"architecture: '{manifest.Architecture}' is unknown; known are {string.Join(", ", Architectures.Names)}";
        if (manifest.Tasks.Count == 0)
            yield return $"tasks: at least one of {string.Join(", ", Tasks)} is needed";
        foreach (var task in manifest.Tasks.Except(Tasks))
            yield return $"tasks: '{task}' is unknown; known are {string.Join(", ", Tasks)}";
        foreach (var (task, head, _) in Heads.Where(head => manifest.Tasks.Contains(head.Task) != head.Of(manifest) is not null))
            yield return $"tasks: '{task}' belongs there where the manifest has a head for {head}, and only there";
        if (!IsFileName(manifest.Labels))
            yield return $"labels: '{manifest.Labels}' is not the name of a file in the model's folder";
        foreach (var fault in Check(manifest.Weights, "weights").Concat(Check(manifest.Preprocessing, "preprocessing")))
            yield return fault;
        if (manifest.Metrics.Any(metric => metric is null))
            yield return "metrics: one of them is null";
        foreach (var fault in Heads.SelectMany(head => Check(head.Of(manifest), head.Head)))
            yield return fault;
        if (manifest.Captioning is { LengthPenalty: not (>= 0 and <= MaxLengthPenalty) and var penalty })
            yield return $"captioning.length_penalty: {penalty} is not from 0 to {MaxLengthPenalty}";
        if (manifest.Answering is { } answering && !IsFileName(answering.Answers))
            yield return $"answering.answers: '{answering.Answers}' is not the name of a file in the model's folder";
        foreach (var fault in Check(manifest.Batching, "batching"))
            yield return fault;
    }

    private static IEnumerable<string> Check(HeadManifest? head, string field)
    {
        if (head is null)
            yield break;
        if (head.Sources.Count == 0 || head.Sources.Any(source => source is null))
            yield return $"{field}.sources: at least one is needed, and none may be null";
        foreach (var source in head.Sources.OfType<HeadSource>())
        {
            if (source.Channels is < 1 or > MaxSide || source.Height is < 1 or > MaxSide || source.Width is < 1 or > MaxSide)
                yield return $"{field}.sources: the sides and channels of '{source.Layer}' are not all from 1 to {MaxSide}";
        }
        foreach (var fault in Check(head.Shape, $"{field}.shape"))
            yield return fault;
        if (!IsFileName(head.Vocabulary))
            yield return $"{field}.vocabulary: '{head.Vocabulary}' is not the name of a file in the model's folder";
        foreach (var fault in Check(head.Weights, $"{field}.weights").Concat(Check(head.Preprocessing, $"{field}.preprocessing")))
            yield return fault;
        if (head.Metrics.Any(metric => metric is null))
            yield return $"{field}.metrics: one of them is null";
    }

    private static IEnumerable<string> Check(HeadShape shape, string field)
    {
        if (shape.Width is < 1 or > MaxSide || shape.AttentionHeads < 1 || shape.Width % shape.AttentionHeads != 0)
            yield return $"{field}: the width {shape.Width} is not from 1 to {MaxSide} and a multiple of {shape.AttentionHeads} attention heads";
        if (shape.Layers is < 1 or > MaxLayers)
            yield return $"{field}.layers: {shape.Layers} is not from 1 to {MaxLayers}";
        if (shape.MaxWords is < 1 or > MaxSide)
            yield return $"{field}.max_words: {shape.MaxWords} is not from 1 to {MaxSide}";
    }

    private static IEnumerable<string> Check(WeightsManifest weights, string field)
    {
        if (!IsFileName(weights.File))
            yield return $"{field}.file: '{weights.File}' is not the name of a file in the model's folder";
        else if (!CheckpointFormats.IsKnown(weights.File))
            yield return $"{field}.file: '{weights.File}' ends in none of {string.Join(", ", CheckpointFormats.Extensions)}";
        if (!Sha256().IsMatch(weights.Sha256))
            yield return $"{field}.sha256: it is not 64 lower-case hexadecimal digits";
    }

    private static IEnumerable<string> Check(PreprocessingManifest preprocessing, string field)
    {
        var sides = new (string Name, int? Value)[]
        {
            ("resize_shorter_side", preprocessing.ResizeShorterSide),
            ("crop_width", preprocessing.CropWidth),
            ("crop_height", preprocessing.CropHeight),
        };
        foreach (var (name, value) in sides)
        {
            if (value is < 1 or > MaxSide)
                yield return $"{field}.{name}: {value} is not from 1 to {MaxSide} pixels";
        }
        if (preprocessing.ResizeShorterSide < Math.Max(preprocessing.CropWidth, preprocessing.CropHeight))
            yield return $"{field}.resize_shorter_side: {preprocessing.ResizeShorterSide} is less than the crop";
        if (!Interpolations.Contains(preprocessing.Interpolation))
            yield return $"{field}.interpolation: '{preprocessing.Interpolation}' is not one of {string.Join(", ", Interpolations)}";
        if (preprocessing.Mean is not { Count: 3 } || !preprocessing.Mean.All(mean => Math.Abs(mean) <= MaxFactor))
            yield return $"{field}.mean: three numbers from -{MaxFactor} to {MaxFactor} are needed";
        if (preprocessing.Std is not { Count: 3 } || !preprocessing.Std.All(std => std is >= 1.0 / MaxFactor and <= MaxFactor))
            yield return $"{field}.std: three numbers from 1/{MaxFactor} to {MaxFactor} are needed";
    }

    private static IEnumerable<string> Check(BatchingManifest? batching, string field)
    {
        if (batching is { MaxBatch: { } batch and not (>= 1 and <= BatchingManifest.MostBatch) })
            yield return $"{field}.max_batch: {batch} is not from 1 to {BatchingManifest.MostBatch}";
        if (batching is { MaxDelayMs: { } delay and not (>= 0 and <= BatchingManifest.MostDelayMs) })
            yield return $"{field}.max_delay_ms: {delay} is not from 0 to {BatchingManifest.MostDelayMs}";
        if (batching is { Instances: { } instances and not (>= 1 and <= BatchingManifest.MostInstances) })
            yield return $"{field}.instances: {instances} is not from 1 to {BatchingManifest.MostInstances}";
    }

    /// <summary>Whether a model could have that name.</summary>
    public static bool IsName(string text) => ModelName().IsMatch(text);

    /// <summary>A manifest may come from anywhere: it names files beside it and nothing else.</summary>
    private static bool IsFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0;

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModelName();

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256();
}
