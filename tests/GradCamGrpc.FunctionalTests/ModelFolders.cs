using System.Text.Json.Nodes;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A folder of two models that share the embedded one's weights, and differ otherwise.</summary>
internal static class ModelFolders
{
    /// <summary>The embedded model as it is.</summary>
    public const string Cropped = "embedded";

    /// <summary>The one that sees photos as the other one's heads do: whole, resized to its input. It does not know one class, and captions nothing.</summary>
    public const string Whole = "embedded_2";

    public const string Goldfish = "goldfish, Carassius auratus";

    /// <param name="folder">Where both are written.</param>
    /// <param name="unknown">The label that the second one does not know.</param>
    /// <param name="firstLabel">What the first one calls its class 0; null where it keeps its label.</param>
    public static void WriteTo(string folder, string unknown, string? firstLabel = null)
    {
        Write(Path.Combine(folder, "cropped"), (_, labels) => labels[0] = firstLabel ?? labels[0]);
        Write(Path.Combine(folder, "whole"), (manifest, labels) =>
        {
            manifest["name"] = Whole;
            manifest["version"] = "2.0.0";
            manifest["preprocessing"] = manifest["captioning"]!["preprocessing"]!.DeepClone();
            manifest["tasks"] = new JsonArray("classification");
            manifest.AsObject().Remove("captioning");
            manifest.AsObject().Remove("answering");
            labels[Array.IndexOf(labels, unknown)] = "something";
        });
    }

    private static void Write(string folder, Action<JsonNode, string[]> change)
    {
        Directory.CreateDirectory(folder);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(EmbeddedModel.Path, "model.json")))!;
        var labels = File.ReadAllLines(Path.Combine(EmbeddedModel.Path, "labels.txt"));
        change(manifest, labels);
        File.WriteAllText(Path.Combine(folder, "model.json"), manifest.ToJsonString());
        File.WriteAllLines(Path.Combine(folder, "labels.txt"), labels);
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path).Where(file => !File.Exists(Path.Combine(folder, Path.GetFileName(file)))))
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(file)), file);
    }
}
