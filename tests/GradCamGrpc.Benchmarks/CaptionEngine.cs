using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Tensors;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Benchmarks;

/// <summary>The embedded model and its captioning head with nothing around them, and one photo. It belongs to one thread.</summary>
internal sealed class CaptionEngine : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ServableNetwork _network;
    private readonly CaptionHead _head;
    private readonly CutNetwork _cut;
    private readonly CutLayer[] _layers;
    private readonly ImageQuery _query;
    private readonly PreprocessingManifest _view;
    private readonly BeamSearch _search;
    private readonly DecodingRules _rules;
    private readonly Tensor _image;
    private readonly Tensor[] _maps;
    private readonly PhotoMemory _photo;
    private readonly Sentence _sentence;

    public CaptionEngine()
    {
        var model = EmbeddedModel.Read();
        _network = model.BuildNetwork();
        _network.PrepareForServing();
        _view = model.Manifest.Captioning!.Preprocessing;
        _cut = new CutNetwork(_network, ChannelsLast.Noise(_view.CropHeight, _view.CropWidth, CPU), _network.UseFolded);
        (_head, var words) = model.BuildCaptionHead();
        _layers = [.. _head.Sources.Select(source => _cut.Layers[source.Layer])];
        _query = ImageQuery.PredictionOnly with { Observed = _layers };
        _search = new BeamSearch(3, model.Manifest.Captioning.LengthPenalty);
        _rules = new DecodingRules { MaxWords = _head.MaxWords };

        _image = BenchPhoto.Input(_view);
        _maps = Observe();
        using var noTape = no_grad();
        _photo = _head.Look(_maps);
        _sentence = Decode(_photo);
        Text = Words.Join(_sentence.Words.SkipLast(1).Select(words.WordOf));
    }

    /// <summary>What the head says of the photo.</summary>
    public string Text { get; }

    /// <summary>What the time goes into, with the names of the parts.</summary>
    public IReadOnlyList<(string Name, Action Run)> Parts =>
    [
        ("  trunk", () => Scoped(() => Observe())),
        ("  look", () => Scoped(() => _head.Look(_maps))),
        ("  decode", () => Scoped(() => Decode(_photo))),
        ("  maps", () => Explain(_maps, _photo, _sentence, [new GradCam()])),
        ("    of them, without the methods", () => Explain(_maps, _photo, _sentence, [])),
    ];

    public void Caption() => Scoped(() => Decode(_head.Look(Observe())));

    public void CaptionAndExplain()
    {
        using var scope = NewDisposeScope();
        var maps = Observe();
        PhotoMemory photo;
        Sentence sentence;
        using (no_grad())
        {
            photo = _head.Look(maps);
            sentence = Decode(photo);
        }
        Explain(maps, photo, sentence, [new GradCam()]);
    }

    public void Dispose()
    {
        _head.Dispose();
        _network.Dispose();
        _scope.Dispose();
    }

    private static void Scoped(Action work)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        work();
    }

    private Tensor[] Observe()
    {
        var pass = _cut.Forward(_image, [_query]);
        return [.. _layers.Select(layer => pass.Activations(0, layer))];
    }

    private Sentence Decode(PhotoMemory photo) => _search.Find(new PhotoSentences(_head, photo), _rules)[0];

    private void Explain(Tensor[] maps, PhotoMemory photo, Sentence sentence, ICamMethod[] methods)
    {
        using var scope = NewDisposeScope();
        var readings = _layers.Select((layer, i) => new HeadReading(layer, maps[i], _head.ProjectionWeights[i]));
        var made = new HeadCut([.. readings], _head.ElementsOfARow).Explain(TargetsOf(sentence), targets => Differentiate(photo, sentence, targets), methods);
        foreach (var ofWord in made.GroupBy(one => one.Target, one => one.Map))
            LayerFusion.Fuse([.. ofWord], FusionRule.Mean);
    }

    private static SentenceTarget[] TargetsOf(Sentence sentence) =>
        [.. sentence.Words.SkipLast(1).Select((word, place) => new SentenceTarget(ScoreLink.LogProbability, [(place, word, 1)]))];

    private HeadGradients Differentiate(PhotoMemory photo, Sentence sentence, IReadOnlyList<SentenceTarget> targets)
    {
        var (scores, gradients) = _head.Differentiate(photo, targets.Count, seen => Evaluate(seen, sentence, targets));
        return new HeadGradients(scores, gradients);
    }

    private Tensor Evaluate(PhotoMemory photo, Sentence sentence, IReadOnlyList<SentenceTarget> targets)
    {
        var rows = new SentenceRows(targets);
        long[] said = [Vocabulary.Start, .. sentence.Words.Take(rows.Length - 1).Select(word => (long)word)];
        return rows.Evaluate(_head.Logits(photo, tensor(said).unsqueeze(0), rows.Places()));
    }
}
