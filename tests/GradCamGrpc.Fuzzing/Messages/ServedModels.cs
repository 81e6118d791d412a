using System.Text.Json.Nodes;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Fuzzing.Messages;

/// <summary>A folder of two models: the embedded one, and one of the same weights that only classifies.</summary>
internal sealed class ServedModels : IDisposable
{
    /// <summary>The name of the one with all tasks.</summary>
    public const string First = "embedded";

    /// <summary>The name of the other.</summary>
    public const string Second = "second";

    public ServedModels()
    {
        Directory.CreateSymbolicLink(System.IO.Path.Combine(Path, First), EmbeddedModel.Path);
        var second = Directory.CreateDirectory(System.IO.Path.Combine(Path, Second)).FullName;
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path).Where(file => System.IO.Path.GetFileName(file) != ModelFolder.ManifestFile))
            File.CreateSymbolicLink(System.IO.Path.Combine(second, System.IO.Path.GetFileName(file)), file);
        var manifest = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(EmbeddedModel.Path, ModelFolder.ManifestFile)))!.AsObject();
        manifest["name"] = Second;
        manifest["tasks"] = new JsonArray("classification");
        manifest.Remove("captioning");
        manifest.Remove("answering");
        File.WriteAllText(System.IO.Path.Combine(second, ModelFolder.ManifestFile), manifest.ToJsonString());
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("gradcam-fuzz-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
