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
    private readonly Linear _widen;

    [ComponentName(Name = "narrow")]
    private readonly Linear _narrow;

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
        _widen = nn.Linear(shape.Width, 4 * shape.Width);
        _narrow = nn.Linear(4 * shape.Width, shape.Width);
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

    private Tensor Think(Tensor words, KeysAndValues photo)
    {
        var seen = words.Plus(_dropout.call(_photo.Attend(_normOfPhoto.call(words), photo)));
        var thought = _narrow.call(nn.functional.gelu(_widen.call(_normOfThought.call(seen))));
        return seen.Plus(_dropout.call(thought));
    }
}
