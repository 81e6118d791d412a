using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A model's parts with nothing of the server between them: the network as its checkpoint describes it, and gradients off one tape.</summary>
internal sealed class HeadsAlone : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ModelFolder _folder;
    private readonly ServableNetwork _network;
    private readonly Dictionary<string, Tensor> _seen = [];

    public HeadsAlone(ModelFolder folder)
    {
        _folder = folder;
        _network = folder.BuildNetwork();
        _network.Freeze();
        foreach (var (name, module) in _network.named_modules().Where(pair => pair.name is "bn2" or "blocks.4.2"))
        {
            ((nn.Module<Tensor, Tensor>)module).register_forward_hook((_, _, output) =>
            {
                _seen[name] = output.clone();
                return output;
            });
        }
    }

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    /// <summary>The cat as a head or the classification sees it, [1, 3, h, w].</summary>
    public static Tensor Cat(PreprocessingManifest view)
    {
        using var photo = ImageDecoder.Decode(Photos.Cat, new ImageLimits());
        var spec = new PreprocessingSpec(
            view.ResizeShorterSide, view.CropWidth, view.CropHeight, Imaging.Preprocessing.Interpolation.Bicubic, view.Mean, view.Std);
        using var input = new Preprocessor(spec).Prepare(photo);
        return tensor(input.Values.ToArray()).reshape(1, view.CropHeight, view.CropWidth, 3).permute(0, 3, 1, 2);
    }

    /// <summary>The log-probability of each word of a caption of the cat and of its end, and the Grad-CAM map of each word at each layer.</summary>
    public (double[] Scores, Dictionary<(int Word, string Layer), float[]> Maps) Caption(string text)
    {
        var manifest = _folder.Manifest.Captioning!;
        var (head, words) = _folder.BuildCaptionHead();
        using var owned = head;
        long[] numbers = [.. words.NumbersOf(Words.Of(text)).Select(word => (long)word), Vocabulary.End];
        var maps = MapsOf(manifest);
        var said = tensor((long[])[Vocabulary.Start, .. numbers[..^1]]).unsqueeze(0);
        var scores = head.Logits(head.Look(maps), said).log_softmax(-1).squeeze(0).gather(1, tensor(numbers).unsqueeze(1)).squeeze(1);
        return (Doubles(scores), GradCams(scores, manifest, maps));
    }

    /// <summary>The probabilities of the answers to a question about the cat, and the Grad-CAM map of an answer's log-probability at each layer.</summary>
    public (double[] Probabilities, Dictionary<(int Word, string Layer), float[]> Maps) Answer(string question, int answer)
    {
        var manifest = _folder.Manifest.Answering!;
        var (head, words, _) = _folder.BuildAnswerHead();
        using var owned = head;
        var maps = MapsOf(manifest);
        var logs = head.Logits(head.Look(maps), QuestionBatch.Of([words.NumbersOf(Words.Of(question))], head.MaxWords)).log_softmax(-1).squeeze(0);
        return (Doubles(logs.exp()), GradCams(logs[answer].unsqueeze(0), manifest, maps));
    }

    private Tensor[] MapsOf(HeadManifest manifest)
    {
        _network.call(Cat(manifest.Preprocessing));
        return [.. manifest.Sources.Select(source => _seen[source.Layer].detach().requires_grad_())];
    }

    private static double[] Doubles(Tensor values) => [.. values.detach().data<float>().ToArray().Select(value => (double)value)];

    /// <summary>Selvaraju et al. 2017, eq. 1 and 2, before the ReLU.</summary>
    private static Dictionary<(int Word, string Layer), float[]> GradCams(Tensor scores, HeadManifest manifest, Tensor[] maps)
    {
        var cams = new Dictionary<(int Word, string Layer), float[]>();
        for (var word = 0; word < scores.shape[0]; word++)
        {
            var gradients = autograd.grad([scores[word]], maps, retain_graph: true);
            for (var layer = 0; layer < maps.Length; layer++)
            {
                var cam = (gradients[layer].mean([2, 3], keepdim: true) * maps[layer].detach()).sum(1);
                cams[(word, manifest.Sources[layer].Layer)] = cam.contiguous().data<float>().ToArray();
            }
        }
        return cams;
    }
}
