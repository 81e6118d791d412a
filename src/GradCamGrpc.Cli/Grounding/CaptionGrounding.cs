using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Training.Captions;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Questions;
using static TorchSharp.torch;
using Captioner = GradCamGrpc.Server.Captioning.Captioner;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>Whether the maps of a caption's words are of what the words say. It belongs to one thread.</summary>
internal sealed class CaptionGrounding : IDisposable
{
    /// <summary>Correlations are told from coarser maps: they are smooth, and there are many pixels.</summary>
    private const int Coarseness = 4;

    private readonly CaptioningManifest _manifest;
    private readonly TrunkReader _trunk;
    private readonly CaptionHead _head;
    private readonly Vocabulary _words;
    private readonly Captioner _captioner;

    public CaptionGrounding(ModelFolder folder, CaptioningManifest manifest)
    {
        _manifest = manifest;
        _trunk = new TrunkReader(folder, manifest.Preprocessing, [.. manifest.Sources.Select(source => source.Layer)]);
        (_head, _words) = folder.BuildCaptionHead();
        _captioner = new Captioner(_head, _words);
    }

    /// <summary>Captions a photo, and covers it by the map of each word.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="seed">Of the random covers.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What the log-probability of each word loses that is a noun, a verb, a color or a function word.</returns>
    public IReadOnlyList<GroundedScore> Cover(CaptionedPhoto photo, ulong seed, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var image = _trunk.Image(photo.Path);
        var seen = _captioner.Layers.Look(_trunk.Read(image.unsqueeze(0)));
        var sentence = _captioner.Say(seen, _captioner.DefaultChoice(_manifest), cancellation)[0];
        var sorted = SortedWord.Of([.. sentence.Words.SkipLast(1).Select(word => Vocabulary.IsWord(word) ? _words.WordOf(word) : "")]);
        int[] places = [.. Enumerable.Range(0, sorted.Count).Where(place => sorted[place].Sort is not WordSort.Other)];
        if (places.Length == 0)
            return [];

        var maps = MapsOf(seen, sentence, places, (int)image.shape[1], (int)image.shape[2], cancellation);
        var losses = CoverTrial.Run(image, maps, images => LogProbabilities(_trunk.Read(images), sentence).index_select(1, tensor(places)), seed);
        return [.. places.Select((place, k) => GroundedScore.Of(
            NameOf(sorted[place].Sort), losses[k], Enumerable.Range(0, places.Length).Where(other => IsOtherNoun(sorted[places[other]], sorted[place]))))];
    }

    /// <summary>Compares the maps of the nouns that two captions of a photo share, as people wrote them.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="cancellation">Ends it.</param>
    public MapAgreement Compare(CaptionedPhoto photo, CancellationToken cancellation)
    {
        if (SharedNouns.Find([.. photo.Captions.Where(caption => caption.Count <= _head.MaxWords)], word => _words.NumberOf(word) is not null) is not { } shared)
            return MapAgreement.None;

        using var scope = NewDisposeScope();
        var image = _trunk.Image(photo.Path);
        var seen = _captioner.Layers.Look(_trunk.Read(image.unsqueeze(0)));
        var (height, width) = ((int)image.shape[1] / Coarseness, (int)image.shape[2] / Coarseness);
        var first = MapsOf(seen, Forced(shared.First), shared.InFirst, height, width, cancellation);
        var second = MapsOf(seen, Forced(shared.Second), shared.InSecond, height, width, cancellation);
        var nouns = Enumerable.Range(0, shared.InFirst.Count).ToArray();
        var others = nouns.SelectMany(one => nouns.Where(other => other != one).Select(other => (one, other))).ToArray();
        return new MapAgreement(
            Correlations(nouns.Select(noun => (first[noun], second[noun]))),
            Correlations(others.Select(pair => (first[pair.one], second[pair.other]))),
            Correlations(others.Where(pair => pair.one < pair.other).SelectMany(pair =>
                new[] { (first[pair.one], first[pair.other]), (second[pair.one], second[pair.other]) })));
    }

    public void Dispose()
    {
        _captioner.Dispose();
        _trunk.Dispose();
    }

    private static string NameOf(WordSort sort) => sort switch
    {
        WordSort.Noun => "noun",
        WordSort.Verb => "verb",
        WordSort.Colour => "color",
        _ => "function word",
    };

    private static bool IsOtherNoun(SortedWord other, SortedWord word) => other.Sort is WordSort.Noun && other.Concept != word.Concept;

    private static double[] Correlations(IEnumerable<(float[] One, float[] Other)> pairs) =>
        [.. pairs.Select(pair => RankCorrelation.Spearman(pair.One, pair.Other)).OfType<double>()];

    private Sentence Forced(IReadOnlyList<string> caption) => new([.. _words.NumbersOf(caption), Vocabulary.End], []);

    private IReadOnlyList<float[]> MapsOf(
        ViewedPhoto seen, Sentence sentence, IReadOnlyList<int> places, int height, int width, CancellationToken cancellation)
    {
        SentenceTarget[] targets = [.. places.Select(place => new SentenceTarget(ScoreLink.LogProbability, [(place, sentence.Words[place], 1)]))];
        return HeadMaps.Fused(_captioner.Explain(seen, sentence, targets, [HeadMaps.Method], cancellation), height, width);
    }

    /// <summary>What each word of a sentence would have been worth on other photos, and its end: [N, T].</summary>
    private Tensor LogProbabilities(IReadOnlyList<Tensor> activations, Sentence sentence)
    {
        var photos = activations[0].shape[0];
        long[] said = [Vocabulary.Start, .. sentence.Words.SkipLast(1).Select(word => (long)word)];
        long[] next = [.. sentence.Words.Select(word => (long)word)];
        var logs = _head.Logits(_head.Look(activations), tensor(said).expand(photos, -1)).log_softmax(-1);            // [N, T, V]
        return logs.gather(2, tensor(next).reshape(1, -1, 1).expand(photos, -1, 1)).squeeze(2);
    }
}
