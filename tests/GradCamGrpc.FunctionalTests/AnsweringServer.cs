using System.Security.Cryptography;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.TestData;
using static TorchSharp.torch;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server whose model is the embedded one with a small answering head of random weights.</summary>
public sealed class AnsweringServer : IAsyncLifetime
{
    /// <summary>The answers of the head, by index.</summary>
    public static IReadOnlyList<string> Answers { get; } = ["red", "blue", "cat", "garbage_bin", "black, white", "two", "dog"];

    /// <summary>The words that the head knows.</summary>
    public static IReadOnlyList<string> Words { get; } = ["what", "color", "is", "the", "cat", "dog", "where", "how", "many", "are", "there"];

    private const string Weights = "random_answering.safetensors";

    private static readonly HeadShape Shape = new(Width: 32, AttentionHeads: 4, Layers: 2, MaxWords: 8);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly float _scale;

    /// <summary>One whose head is as large as heads are.</summary>
    public AnsweringServer()
        : this(scale: 1)
    {
    }

    /// <param name="scale">How large the head's weights are, beside those of a head in use.</param>
    internal AnsweringServer(float scale) => _scale = scale;

    /// <summary>The server.</summary>
    public RunningServer Server { get; private set; } = null!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        WriteModel();
        Server = new RunningServer(options => options with { Models = _folder.FullName });
        await Server.InitializeAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void WriteModel()
    {
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path).Where(file => Path.GetFileName(file) != ModelFolder.ManifestFile))
            File.CreateSymbolicLink(PathOf(Path.GetFileName(file)), file);
        var manifest = EmbeddedModel.Read().Manifest;
        new Vocabulary(Words).Write(PathOf("random_words.txt"));
        File.WriteAllLines(PathOf("random_answers.txt"), Answers);
        WriteHead(manifest.Captioning!.Sources);
        ModelFolder.WriteManifest(_folder.FullName, manifest with
        {
            Tasks = ["classification", "captioning", "vqa"],
            Answering = new AnsweringManifest
            {
                Sources = manifest.Captioning.Sources,
                Shape = Shape,
                Vocabulary = "random_words.txt",
                Answers = "random_answers.txt",
                Weights = new WeightsManifest(Weights, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(PathOf(Weights))))),
                Preprocessing = manifest.Captioning.Preprocessing,
                Licence = "Apache-2.0",
                Source = "Not trained.",
                Metrics = [new MetricManifest("accuracy", "nothing", 0.125)],
            },
        });
    }

    /// <summary>Words as large as they come, so that questions and answers differ by far more than single precision does.</summary>
    private void WriteHead(IReadOnlyList<HeadSource> sources)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        using var generator = new Generator(17);
        using var head = new AnswerHead(sources, new Vocabulary(Words).Count, Answers.Count, Shape);
        foreach (var parameter in head.parameters().Where(parameter => parameter.shape.Length > 1))
        {
            using var scale = tensor(_scale / MathF.Sqrt(parameter.shape[^1]));
            parameter.copy_(randn(parameter.shape, generator: generator) * scale);
        }
        SafetensorsWriter.Write(PathOf(Weights), head.state_dict());
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
