using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.TestData;

/// <summary>Folders with the embedded model under other names and of other versions; without its heads, which take time to load.</summary>
public static class ModelCopy
{
    /// <summary>Writes a folder, or another manifest and other labels into one that is there. Nobody ever sees a file that is half written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="version">Its version, which is also what it calls its class 0.</param>
    /// <param name="batching">How it wants its requests run together.</param>
    public static void Write(string folder, string name, string version, BatchingManifest? batching = null)
    {
        Directory.CreateDirectory(folder);
        var manifest = EmbeddedModel.Read().Manifest;
        var weights = Path.Combine(folder, manifest.Weights.File);
        if (!File.Exists(weights))
            File.CreateSymbolicLink(weights, Path.Combine(EmbeddedModel.Path, manifest.Weights.File));
        var labels = $"labels-{version}.txt";
        var lines = File.ReadAllLines(Path.Combine(EmbeddedModel.Path, manifest.Labels));
        lines[0] = version;
        File.WriteAllLines(Path.Combine(folder, labels), lines);

        var aside = Directory.CreateTempSubdirectory().FullName;
        ModelFolder.WriteManifest(aside, manifest with
        {
            Name = name,
            Version = version,
            Labels = labels,
            Tasks = ["classification"],
            Captioning = null,
            Answering = null,
            Batching = batching,
        });
        File.Move(Path.Combine(aside, ModelFolder.ManifestFile), Path.Combine(folder, ModelFolder.ManifestFile), overwrite: true);
        Directory.Delete(aside);
    }
}
