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

    private Tensor Think(Tensor words, KeysAndValues photo)
    {
        var asking = _normOfPhoto.call(words);
        return photo.Tape is { } tape
            ? Think(words, asking, photo, tape)
            : Conclude(words.Plus(_dropout.call(_photo.Attend(asking, photo))));
    }

    /// <summary>The same on a tape, in evaluation mode.</summary>
    private Tensor Think(Tensor words, Tensor asking, KeysAndValues photo, PhotoTape tape)
    {
        var queries = _photo.Queries(asking, photo);
        var answers = Attention.Answers(queries, photo);
        var seen = words.Plus(_photo.Output(answers, words.shape[1]));
        if (!seen.requires_grad)
            return tape.Start(_photo, photo, queries, Conclude(seen), gradients => AnswerGradient(seen, gradients));
        tape.Note(_photo, photo, queries, answers);
        return Conclude(seen);
    }

    private Tensor Conclude(Tensor seen)
    {
        var thought = _narrow.call(nn.functional.gelu(_widen.call(_normOfThought.call(seen))));
        return seen.Plus(_dropout.call(thought));
    }

    /// <summary>Carries gradients of many rows back through <see cref="Conclude"/>, which they share.</summary>
    /// <param name="seen">Its input, [W, d].</param>
    /// <param name="words">For each of U gradients the word that it belongs to, int64 [U].</param>
    /// <param name="gradients">dScore/dOutput, [U, d].</param>
    /// <returns>dScore/dInput, [U, d].</returns>
    private Tensor ConclusionGradient(Tensor seen, Tensor words, Tensor gradients)
    {
        var wide = _widen.call(_normOfThought.call(seen)).detach().requires_grad_();
        var slopes = autograd.grad([nn.functional.gelu(wide).sum()], [wide])[0];            // [W, 4d]
        var ofWide = gradients.matmul(_narrow.weight) * slopes.index_select(0, words);      // [U, 4d]
        var leaf = seen.index_select(0, words).detach().requires_grad_();
        var ofThought = autograd.grad([_normOfThought.call(leaf)], [leaf], [ofWide.matmul(_widen.weight)])[0];
        return gradients.Plus(ofThought);
    }

    /// <summary>Carries gradients back to what attention answered, word by word, and leaves aside words that no score depends on.</summary>
    /// <param name="seen">What the words have seen, [N, T, d]: N is R or 1.</param>
    /// <param name="gradients">dScore/dOutput, [R, T, d].</param>
    /// <returns>[1, H, R·T, d/H].</returns>
    private Tensor AnswerGradient(Tensor seen, Tensor gradients)
    {
        var ofWords = gradients.flatten(0, 1);                                              // [R·T, d]
        var used = ofWords.any(1).nonzero().squeeze(1);
        var distinct = seen.flatten(0, 1);                                                  // [N·T, d]
        var words = tensor(Enumerable.Range(0, (int)ofWords.shape[0]).Select(word => word % distinct.shape[0]).ToArray()).index_select(0, used);
        var ofSeen = ConclusionGradient(distinct, words, ofWords.index_select(0, used));
        return _photo.AnswerGradient(zeros_like(ofWords).index_copy(0, used, ofSeen).reshape(gradients.shape));
    }
}
