using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Heads;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Inference;

/// <summary>A model's heads: one of each kind for all its workers, since nothing of a head changes while it is asked.</summary>
internal sealed class ModelHeads(ModelFolder folder) : IDisposable
{
    /// <summary>Words of the sentence that a new head says of noise: those behind them would only do the same again.</summary>
    private const int TriedWords = 3;

    private Captioner? _captioner;
    private Answerer? _answerer;

    /// <summary>The captioning head; null where the model has none, and before it was loaded.</summary>
    public Captioner? Captioner => _captioner;

    /// <summary>The answering head; null where the model has none, and before it was loaded.</summary>
    public Answerer? Answerer => _answerer;

    /// <summary>Loads those that are not loaded, and asks each about a photo of noise, so that the first request pays for neither.</summary>
    /// <param name="network">A network of the model's, on the thread that owns it.</param>
    /// <param name="noise">Makes a photo of noise where that is, [1, 3, h, w].</param>
    /// <exception cref="InvalidModelException">The network has not the layers that a head reads.</exception>
    public void Load(CutNetwork network, Func<InputSize, Tensor> noise)
    {
        if (folder.Manifest.Captioning is { } captioning && _captioner is null)
            _captioner = LoadCaptioner(captioning, network, noise);
        if (folder.Manifest.Answering is { } answering && _answerer is null)
            _answerer = LoadAnswerer(answering, network, noise);
    }

    public void Dispose()
    {
        _captioner?.Dispose();
        _answerer?.Dispose();
    }

    private Captioner LoadCaptioner(CaptioningManifest manifest, CutNetwork network, Func<InputSize, Tensor> noise)
    {
        var size = SizeOf(manifest);
        HeadLayers.Check(folder, manifest, "captioning", network.LayersAt(size));
        var (head, words) = folder.BuildCaptionHead();
        var captioner = new Captioner(head, words);
        var choice = captioner.DefaultChoice(manifest);
        var brief = choice with { Rules = choice.Rules with { MaxWords = Math.Min(TriedWords, choice.MaxWords) } };
        return Tried(captioner, network, noise(size), captioner.Layers, seen => captioner.Say(seen, brief, default));
    }

    private Answerer LoadAnswerer(AnsweringManifest manifest, CutNetwork network, Func<InputSize, Tensor> noise)
    {
        var size = SizeOf(manifest);
        HeadLayers.Check(folder, manifest, "answering", network.LayersAt(size));
        var (head, words, answers) = folder.BuildAnswerHead();
        var answerer = new Answerer(head, words, answers);
        return Tried(answerer, network, noise(size), answerer.Layers, seen => answerer.Answer(seen, [new Question(["what"], [Vocabulary.Unknown])]));
    }

    /// <summary>Asks a head about a photo of noise; one that fails there is disposed of.</summary>
    private static THead Tried<THead>(THead head, CutNetwork network, Tensor noise, HeadLayers layers, Action<ViewedPhoto> ask)
        where THead : IDisposable
    {
        using var scope = NewDisposeScope();
        using var image = noise;
        try
        {
            var pass = network.Forward(image, [layers.Query]);
            ask(layers.Look([.. layers.All.Select(layer => pass.Activations(0, layer))]));
            return head;
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    private static InputSize SizeOf(HeadManifest head) => new(head.Preprocessing.CropHeight, head.Preprocessing.CropWidth);
}
