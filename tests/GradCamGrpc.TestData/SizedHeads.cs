using System.Security.Cryptography;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using static TorchSharp.torch;

namespace GradCamGrpc.TestData;

/// <summary>The embedded model with small heads of random weights, each of which sees the whole photo in a size of its own.</summary>
public static class SizedHeads
{
    private static readonly HeadShape Shape = new(Width: 32, AttentionHeads: 4, Layers: 2, MaxWords: 8);

    /// <summary>The words that both heads know.</summary>
    public static IReadOnlyList<string> Words { get; } = ["what", "color", "is", "the", "cat", "dog", "where", "how", "many", "are", "there"];

    /// <summary>The answers of the answering head, by index.</summary>
    public static IReadOnlyList<string> Answers { get; } = ["red", "blue", "cat", "garbage_bin", "two", "dog"];

    /// <summary>Writes the model.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="captioning">The size of what the captioning head sees, in pixels.</param>
    /// <param name="answering">The size of what the answering head sees, in pixels.</param>
    public static ModelFolder WriteTo(string folder, string name, (int Width, int Height) captioning, (int Width, int Height) answering)
    {
        Directory.CreateDirectory(folder);
        var embedded = EmbeddedModel.Read().Manifest;
        foreach (var file in (string[])[embedded.Weights.File, embedded.Labels])
            File.CreateSymbolicLink(Path.Combine(folder, file), Path.Combine(EmbeddedModel.Path, file));
        new Vocabulary(Words).Write(Path.Combine(folder, "words.txt"));
        File.WriteAllLines(Path.Combine(folder, "answers.txt"), Answers);
        var words = new Vocabulary(Words).Count;
        ModelFolder.WriteManifest(folder, embedded with
        {
            Name = name,
            Tasks = ["classification", "captioning", "vqa"],
            Captioning = new CaptioningManifest
            {
                Sources = Sources(captioning),
                Shape = Shape,
                Vocabulary = "words.txt",
                Weights = Write(folder, "captioning.safetensors", new CaptionHead(Sources(captioning), words, Shape)),
                Preprocessing = View(captioning),
                Licence = "Apache-2.0",
                LengthPenalty = 0.7,
            },
            Answering = new AnsweringManifest
            {
                Sources = Sources(answering),
                Shape = Shape,
                Vocabulary = "words.txt",
                Answers = "answers.txt",
                Weights = Write(folder, "answering.safetensors", new AnswerHead(Sources(answering), words, Answers.Count, Shape)),
                Preprocessing = View(answering),
                Licence = "Apache-2.0",
            },
        });
        return ModelFolder.Read(folder);
    }

    /// <summary>The whole photo, in a size.</summary>
    /// <param name="size">The size, in pixels.</param>
    public static PreprocessingManifest View((int Width, int Height) size) => EmbeddedModel.Read().Manifest.Preprocessing with
    {
        ResizeShorterSide = null,
        CropWidth = size.Width,
        CropHeight = size.Height,
    };

    /// <summary>What the heads read: five convolutions of stride 2 lead to the one layer, four to the other, and each halves the sides, rounded up.</summary>
    /// <param name="input">The size of the network's input, in pixels.</param>
    public static IReadOnlyList<HeadSource> Sources((int Width, int Height) input) =>
    [
        new HeadSource("bn2", 1280, (input.Height + 31) / 32, (input.Width + 31) / 32),
        new HeadSource("blocks.4.2", 112, (input.Height + 15) / 16, (input.Width + 15) / 16),
    ];

    /// <summary>Writes a head of random weights: words as large as they come, so that what heads say differs by far more than single precision does.</summary>
    private static WeightsManifest Write(string folder, string file, ReadingHead head)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        using var generator = new Generator(17);
        using (head)
        {
            foreach (var parameter in head.parameters().Where(parameter => parameter.shape.Length > 1))
            {
                using var scale = tensor(1 / MathF.Sqrt(parameter.shape[^1]));
                parameter.copy_(randn(parameter.shape, generator: generator) * scale);
            }
            SafetensorsWriter.Write(Path.Combine(folder, file), head.state_dict());
        }
        return new WeightsManifest(file, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, file)))));
    }
}
