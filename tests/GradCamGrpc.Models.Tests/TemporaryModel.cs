using System.Text.Json.Nodes;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Models.Tests;

/// <summary>A copy of the embedded model that a test may damage.</summary>
internal sealed class TemporaryModel : IDisposable
{
    private readonly JsonObject _manifest;

    public TemporaryModel(string? parent = null)
    {
        Folder = parent is null ? Directory.CreateTempSubdirectory().FullName : Directory.CreateDirectory(parent).FullName;
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path))
            File.CreateSymbolicLink(Path.Combine(Folder, Path.GetFileName(file)), file);
        _manifest = JsonNode.Parse(File.ReadAllText(ManifestPath))!.AsObject();
    }

    public string Folder { get; }

    private string ManifestPath => Path.Combine(Folder, ModelFolder.ManifestFile);

    /// <summary>Changes the manifest.</summary>
    public TemporaryModel With(Action<JsonObject> change)
    {
        change(_manifest);
        return WithFile(ModelFolder.ManifestFile, _manifest.ToJsonString());
    }

    /// <summary>Replaces a file; null takes it away.</summary>
    public TemporaryModel WithFile(string name, string? text)
    {
        var path = Path.Combine(Folder, name);
        File.Delete(path);
        if (text is not null)
            File.WriteAllText(path, text);
        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
