using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.TestData;
using TorchSharp;

namespace GradCamGrpc.Fuzzing.Models;

/// <summary>A model folder with heads so small that they are quickly built; its network has one weight, and is never complete.</summary>
internal sealed class SoundFolder : IDisposable
{
    private const string Weights = "weights.safetensors";
    private const string Captioning = "captioning.safetensors";
    private const string Answering = "answering.safetensors";
    private const string Words = "words.txt";
    private const string Answers = "answers.txt";

    private static readonly HeadShape Shape = new(Width: 8, AttentionHeads: 2, Layers: 1, MaxWords: 4);
    private static readonly HeadSource[] Sources = [new("bn2", Channels: 4, Height: 2, Width: 2)];
    private static readonly string[] KnownWords = ["a", "cat", "sits"];
    private static readonly string[] KnownAnswers = ["yes", "no"];

    public SoundFolder()
    {
        File.WriteAllLines(InFolder("labels.txt"), ["cat", "dog", "crane"]);
        File.WriteAllLines(InFolder(Words), KnownWords);
        File.WriteAllLines(InFolder(Answers), KnownAnswers);
        var words = new Vocabulary(KnownWords).Count;
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(InFolder(Weights), new Dictionary<string, torch.Tensor> { ["conv_stem.weight"] = torch.zeros(2, 3) });
        using (var head = new CaptionHead(Sources, words, Shape))
            SafetensorsWriter.Write(InFolder(Captioning), head.state_dict());
        using (var head = new AnswerHead(Sources, words, KnownAnswers.Length, Shape))
            SafetensorsWriter.Write(InFolder(Answering), head.state_dict());
        Manifest = Describe();
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("gradcam-fuzz-").FullName;

    /// <summary>What is served as it is.</summary>
    public JsonNode Manifest { get; }

    public void Write(byte[] manifest) => File.WriteAllBytes(InFolder(ModelFolder.ManifestFile), manifest);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>The embedded model's manifest, of these files.</summary>
    private JsonNode Describe()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(EmbeddedModel.Path, ModelFolder.ManifestFile)))!;
        manifest["weights"] = Described(Weights);
        manifest["captioning"]!["weights"] = Described(Captioning);
        manifest["answering"]!["weights"] = Described(Answering);
        manifest["answering"]!["answers"] = Answers;
        manifest["batching"] = new JsonObject { ["max_batch"] = 8, ["max_delay_ms"] = 2, ["instances"] = 1 };
        foreach (var head in new[] { manifest["captioning"]!, manifest["answering"]! })
        {
            head["vocabulary"] = Words;
            head["sources"] = new JsonArray(new JsonObject { ["layer"] = "bn2", ["channels"] = 4, ["height"] = 2, ["width"] = 2 });
            head["shape"] = new JsonObject { ["width"] = 8, ["attention_heads"] = 2, ["layers"] = 1, ["max_words"] = 4 };
        }
        return manifest;
    }

    private JsonObject Described(string file) => new()
    {
        ["file"] = file,
        ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(InFolder(file)))),
    };

    private string InFolder(string name) => System.IO.Path.Combine(Path, name);
}
