using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>A layer of words that look at each other, then at the photo (a decoder layer of Vaswani et al. 2017, normalised first).</summary>
internal sealed class ReadingLayer : nn.Module
{
    [ComponentName(Name = "norm_words")]
    private readonly LayerNorm _normOfWords;

    [ComponentName(Name = "norm_photo")]
    private readonly LayerNorm _normOfPhoto;

    [ComponentName(Name = "norm_thought")]
    private readonly LayerNorm _normOfThought;

    [ComponentName(Name = "words")]
    private readonly Attention _words;

    [ComponentName(Name = "photo")]
    private readonly Attention _photo;

    [ComponentName(Name = "widen")]
    private readonly HeadLinear _widen;

    [ComponentName(Name = "narrow")]
    private readonly HeadLinear _narrow;

    [ComponentName(Name = "dropout")]
    private readonly Dropout _dropout;

    public ReadingLayer(HeadShape shape, double dropout)
        : base(nameof(ReadingLayer))
    {
        _normOfWords = nn.LayerNorm(shape.Width);
        _normOfPhoto = nn.LayerNorm(shape.Width);
        _normOfThought = nn.LayerNorm(shape.Width);
        _words = new Attention(shape.Width, shape.AttentionHeads);
        _photo = new Attention(shape.Width, shape.AttentionHeads);
        _widen = new HeadLinear(shape.Width, 4 * shape.Width);
        _narrow = new HeadLinear(4 * shape.Width, shape.Width);
        _dropout = nn.Dropout(dropout);
        RegisterComponents();
    }

    /// <summary>What this layer sees of a photo.</summary>
    /// <param name="memory">[M, P, d].</param>
    public KeysAndValues Look(Tensor memory) => _photo.Keys(memory);

    /// <summary>Runs words that see each other as the mask allows.</summary>
    /// <param name="input">[N, T, d].</param>
    /// <param name="photo">Of <see cref="Look"/>, M rows.</param>
    /// <param name="mask">Added to the weights' logits among words; null where all see all.</param>
    /// <returns>[N, T, d].</returns>
    public Tensor Forward(Tensor input, KeysAndValues photo, Tensor? mask)
    {
        var words = _normOfWords.call(input);
        return Think(input.Plus(_dropout.call(_words.Attend(words, _words.Keys(words), mask))), photo);
    }

    /// <summary>Runs the words at some places, which see all of their row as the mask allows.</summary>
    /// <param name="input">[N, T, d], or [1, T, d] for all N.</param>
    /// <param name="places">Int64 [N, K].</param>
    /// <param name="photo">Of <see cref="Look"/>, M rows.</param>
    /// <param name="mask">Added to the weights' logits among words, [N, 1, K, T] or what expands to it.</param>
    /// <returns>[N, K, d].</returns>
    public Tensor ForwardAt(Tensor input, Tensor places, KeysAndValues photo, Tensor mask)
    {
        var rows = input.expand(places.shape[0], -1, -1);
        var words = _normOfWords.call(rows);
        var index = places.unsqueeze(2).expand(-1, -1, input.shape[2]);                     // [N, K, d]
        var seen = _words.Attend(words.gather(1, index), _words.Keys(words), mask);
        return Think(rows.gather(1, index).Plus(_dropout.call(seen)), photo);
    }

    /// <summary>Runs one more word of each sentence.</summary>
    /// <param name="input">[N, 1, d].</param>
    /// <param name="photo">Of <see cref="Look"/>, M rows.</param>
    /// <param name="earlier">The words before it; null at the first. It becomes those and this one.</param>
    /// <returns>[N, 1, d].</returns>
    public Tensor Next(Tensor input, KeysAndValues photo, ref KeysAndValues? earlier)
    {
        var word = _normOfWords.call(input);
        var keys = _words.Keys(word);
        earlier = earlier?.Append(keys) ?? keys;
        return Think(input.Plus(_words.Attend(word, earlier)), photo);
    }

    /// <summary>Where the words look, after <see cref="Forward"/>'s first step.</summary>
    /// <returns>[N, T, P].</returns>
    public Tensor Gaze(Tensor input, KeysAndValues photo, Tensor? mask)
    {
        var words = _normOfWords.call(input);
        var seen = input.Plus(_words.Attend(words, _words.Keys(words), mask));
        return _photo.Weights(_normOfPhoto.call(seen), photo);
    }

    /// <summary>Runs words, or those at some places, in evaluation mode, and tells how.</summary>
    /// <param name="input">[N, T, d].</param>
    /// <param name="photo">Of <see cref="Look"/>, of one photo.</param>
    /// <param name="mask">Added to the weights' logits among words, [T, T] or [N, 1, 1, T]; at places [R, 1, K, T] or what expands to it.</param>
    /// <param name="places">Int64 [R, K], where R is N, or N is one that all rows share; null for all words.</param>
    public ReadingTrace Trace(Tensor input, KeysAndValues photo, Tensor mask, Tensor? places = null)
    {
        var words = _normOfWords.call(input);
        var isShared = places is not null && input.shape[0] == 1;
        var (ofWords, wordsTrace) = _words.Trace(
            At(words, places), _words.Keys(words), isShared ? mask.expand(-1, -1, places!.shape[1], -1).reshape(1, 1, -1, input.shape[1]) : mask);
        var looking = At(input, places).Plus(ofWords);
        var (ofPhoto, photoTrace) = _photo.Trace(_normOfPhoto.call(looking), photo);
        var seen = looking.Plus(ofPhoto);
        var wide = _widen.call(_normOfThought.call(seen));
        var output = seen.Plus(_narrow.call(nn.functional.gelu(wide)));
        return new ReadingTrace(input, places, wordsTrace, looking, photoTrace, seen, wide, output);
    }

    /// <summary>Carries gradients back to where the words looked at the photo.</summary>
    /// <param name="trace">Of <see cref="Trace"/>.</param>
    /// <param name="gradients">dScore/dOutput of R scores, [R, T, d] or [R, K, d].</param>
    public PhotoGradients LookBack(ReadingTrace trace, Tensor gradients)
    {
        var words = new WordGradients(gradients, trace.Output.shape[0]);
        var slopes = Slopes(trace.Wide.flatten(0, 1));                                           // [W, 4d]
        var ofWide = _narrow.Back(words.Values).mul_(slopes.index_select(0, words.Words));
        var seen = trace.Seen.flatten(0, 1).index_select(0, words.Words);                        // [U, d]
        var ofThought = LayerNormGradient.Of(_normOfThought, seen, _widen.Back(ofWide));
        return new PhotoGradients(_photo, trace.Photo, words, words.Values.Plus(ofThought));
    }

    /// <summary>Carries gradients further back to the layer's input.</summary>
    /// <param name="trace">Of <see cref="Trace"/>.</param>
    /// <param name="ofPhoto">Of <see cref="LookBack"/>.</param>
    /// <returns>dScore/dInput, [R, T, d].</returns>
    public Tensor ReadBack(ReadingTrace trace, PhotoGradients ofPhoto)
    {
        var words = ofPhoto.Words;
        var looking = trace.Looking.flatten(0, 1).index_select(0, words.Words);                  // [U, d]
        var ofLooking = words.Spread(ofPhoto.OfSeen.Plus(LayerNormGradient.Of(_normOfPhoto, looking, ofPhoto.OfAsking())));
        var (ofAsking, ofRead) = _words.Differentiate(trace.Words, ofLooking);
        var ofWords = Placed(ofRead, trace.Places, ofAsking);
        return Placed(LayerNormGradient.Of(_normOfWords, trace.Input, ofWords), trace.Places, ofLooking);
    }

    /// <summary>The derivatives of the non-linearity, by a tape of their own.</summary>
    private static Tensor Slopes(Tensor wide)
    {
        using var tape = enable_grad();
        var leaf = wide.detach().requires_grad_();
        return autograd.grad([nn.functional.gelu(leaf).sum()], [leaf])[0];
    }

    private Tensor Think(Tensor words, KeysAndValues photo)
    {
        var seen = words.Plus(_dropout.call(_photo.Attend(_normOfPhoto.call(words), photo)));
        var thought = _narrow.call(nn.functional.gelu(_widen.call(_normOfThought.call(seen))));
        return seen.Plus(_dropout.call(thought));
    }

    /// <summary>Values at some places: [N, T, d] to [R, K, d].</summary>
    private static Tensor At(Tensor values, Tensor? places) =>
        places is null ? values : values.expand(places.shape[0], -1, -1).gather(1, Index(places, values));

    /// <summary>Values and, at some places, others on top: the reverse of <see cref="At"/>.</summary>
    private static Tensor Placed(Tensor values, Tensor? places, Tensor others) =>
        places is null ? values.Plus(others) : values.scatter_add(1, Index(places, values), others);

    private static Tensor Index(Tensor places, Tensor values) => places.unsqueeze(2).expand(-1, -1, values.shape[2]);
}
