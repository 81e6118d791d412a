using System.Text.Json.Nodes;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Repository;
using TorchSharp;

namespace GradCamGrpc.Fuzzing.Models;

/// <summary>
/// Checkpoints and manifests: each is read to its last number, or refused by a <see cref="CheckpointException"/> or an
/// <see cref="InvalidModelException"/> whose message names the file or the folder.
/// </summary>
public sealed class ModelTarget : IFuzzTarget, IDisposable
{
    private readonly SoundFolder _folder = new();
    private readonly JsonNode _manifest;

    /// <summary>Makes a folder for the files.</summary>
    public ModelTarget() => _manifest = _folder.Manifest;

    /// <inheritdoc />
    public string Name => "models";

    /// <inheritdoc />
    public FuzzInput Make(Random random) => random.Next(10) switch
    {
        < 4 => new FuzzInput("safetensors", [SafetensorsMutator.Make(random)]),
        < 7 => new FuzzInput("pth", [PyTorchMutator.Make(random)]),
        _ => new FuzzInput("json", [ManifestMutator.Make(_manifest, random)]),
    };

    /// <inheritdoc />
    public Task<string> JudgeAsync(FuzzInput input)
    {
        using var scope = torch.NewDisposeScope();
        return Task.FromResult($"{input.Kind}: {(input.Kind == "json" ? Serve(input.Parts[0]) : Read(input.Kind, input.Parts[0]))}");
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Dispose();

    private string Read(string kind, byte[] file)
    {
        // A new name each time: some file systems wait for the disk when a file is written over.
        var path = Path.Combine(_folder.Path, $"{Guid.NewGuid():N}.{kind}");
        File.WriteAllBytes(path, file);
        try
        {
            using var checkpoint = CheckpointFormats.Open(path);
            foreach (var name in checkpoint.Entries.Keys)
                checkpoint.Read(name).Dispose();
            return "read";
        }
        catch (CheckpointException fault)
        {
            return Refused(fault, path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private string Serve(byte[] manifest)
    {
        _folder.Write(manifest);
        try
        {
            var model = ModelFolder.Read(_folder.Path);
            if (model.Manifest.Captioning is not null)
                model.BuildCaptionHead().Head.Dispose();
            if (model.Manifest.Answering is not null)
                model.BuildAnswerHead().Head.Dispose();
            return "read, heads built";
        }
        catch (Exception fault) when (fault is CheckpointException or InvalidModelException)
        {
            return Refused(fault, _folder.Path);
        }
    }

    private static string Refused(Exception fault, string name) =>
        fault.Message.Contains(name, StringComparison.Ordinal) ? "refused" : throw new FuzzException($"the message does not name '{name}': {fault.Message}");
}
