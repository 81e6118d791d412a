using System.Text.RegularExpressions;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Models.Repository;

/// <summary>What a manifest must hold beyond its JSON shape.</summary>
internal static partial class ManifestRules
{
    private const int MaxSide = 4096;

    /// <summary>Beyond it the network's input, single-precision numbers, would lose its digits.</summary>
    private const int MaxFactor = 1000;

    private static readonly string[] Tasks = ["classification"];
    private static readonly string[] Interpolations = ["bilinear", "bicubic"];

    /// <summary>Every fault, a sentence each; none when the manifest is sound.</summary>
    public static IEnumerable<string> Check(ModelManifest manifest)
    {
        if (!ModelName().IsMatch(manifest.Name))
            yield return $"name: '{manifest.Name}' is not 1 to 64 lower-case letters, digits, hyphens and underscores, a letter first";
        if (string.IsNullOrWhiteSpace(manifest.Version))
            yield return "version: it is empty";
        if (!Architectures.Names.Contains(manifest.Architecture))
            yield return $"architecture: '{manifest.Architecture}' is unknown; known are {string.Join(", ", Architectures.Names)}";
        if (manifest.Tasks.Count == 0)
            yield return $"tasks: at least one of {string.Join(", ", Tasks)} is needed";
        foreach (var task in manifest.Tasks.Except(Tasks))
            yield return $"tasks: '{task}' is unknown; known are {string.Join(", ", Tasks)}";
        if (!IsFileName(manifest.Labels))
            yield return $"labels: '{manifest.Labels}' is not the name of a file in the model's folder";
        if (!IsFileName(manifest.Weights.File))
            yield return $"weights.file: '{manifest.Weights.File}' is not the name of a file in the model's folder";
        else if (!CheckpointFormats.IsKnown(manifest.Weights.File))
            yield return $"weights.file: '{manifest.Weights.File}' ends in none of {string.Join(", ", CheckpointFormats.Extensions)}";
        if (!Sha256().IsMatch(manifest.Weights.Sha256))
            yield return "weights.sha256: it is not 64 lower-case hexadecimal digits";
        if (manifest.Metrics.Any(metric => metric is null))
            yield return "metrics: one of them is null";
        foreach (var fault in Check(manifest.Preprocessing))
            yield return fault;
    }

    private static IEnumerable<string> Check(PreprocessingManifest preprocessing)
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
                yield return $"preprocessing.{name}: {value} is not from 1 to {MaxSide} pixels";
        }
        if (preprocessing.ResizeShorterSide < Math.Max(preprocessing.CropWidth, preprocessing.CropHeight))
            yield return $"preprocessing.resize_shorter_side: {preprocessing.ResizeShorterSide} is less than the crop";
        if (!Interpolations.Contains(preprocessing.Interpolation))
            yield return $"preprocessing.interpolation: '{preprocessing.Interpolation}' is not one of {string.Join(", ", Interpolations)}";
        if (preprocessing.Mean is not { Count: 3 } || !preprocessing.Mean.All(mean => Math.Abs(mean) <= MaxFactor))
            yield return $"preprocessing.mean: three numbers from -{MaxFactor} to {MaxFactor} are needed";
        if (preprocessing.Std is not { Count: 3 } || !preprocessing.Std.All(std => std is >= 1.0 / MaxFactor and <= MaxFactor))
            yield return $"preprocessing.std: three numbers from 1/{MaxFactor} to {MaxFactor} are needed";
    }

    /// <summary>A manifest may come from anywhere: it names files beside it and nothing else.</summary>
    private static bool IsFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0;

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModelName();

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256();
}
