using System.Security.Cryptography;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Repository;
using static TorchSharp.torch;

namespace GradCamGrpc.Training;

/// <summary>Writes a model with a new head: all that the model had, and the head's own files.</summary>
/// <param name="output">The folder, made where there is none; it may be the model's own.</param>
internal sealed class ModelWriter(string output)
{
    /// <summary>Copies the model's files.</summary>
    public void Copy(ModelFolder folder)
    {
        Directory.CreateDirectory(output);
        foreach (var file in Directory.GetFiles(folder.Path))
        {
            if (Path.GetFullPath(PathOf(Path.GetFileName(file))) != Path.GetFullPath(file))
                File.Copy(file, PathOf(Path.GetFileName(file)), overwrite: true);
        }
    }

    /// <summary>Where a file of the model is.</summary>
    public string PathOf(string name) => Path.Combine(output, name);

    /// <summary>Writes weights, half precision.</summary>
    public WeightsManifest Write(string name, nn.Module head)
    {
        SafetensorsWriter.Write(PathOf(name), head.state_dict(), ScalarType.Float16);
        return new WeightsManifest(name, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(PathOf(name)))));
    }

    /// <summary>Writes the manifest: last, so that it names nothing that is not there.</summary>
    public void Write(ModelManifest manifest) => ModelFolder.WriteManifest(output, manifest);
}
