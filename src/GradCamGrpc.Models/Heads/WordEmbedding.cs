using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Turns the numbers of words into vectors that know their place in the sentence.</summary>
internal sealed class WordEmbedding : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "words")]
    private readonly Parameter _words;

    [ComponentName(Name = "places")]
    private readonly Parameter _places;

    [ComponentName(Name = "dropout")]
    private readonly Dropout _dropout;

    private readonly double _scale;

    /// <param name="words">How many words there are.</param>
    /// <param name="places">The longest sentence.</param>
    /// <param name="width">The width d.</param>
    /// <param name="dropout">The share that training leaves out.</param>
    public WordEmbedding(int words, int places, int width, double dropout)
        : base(nameof(WordEmbedding))
    {
        // Words that also serve as the last layer's weights want to be short, and the layers' inputs long.
        _scale = Math.Sqrt(width);
        _words = new Parameter(randn(words, width).Times(1 / _scale));
        _places = new Parameter(randn(places, width).Times(0.02));
        _dropout = nn.Dropout(dropout);
        RegisterComponents();
    }

    /// <summary>[V, d].</summary>
    public Tensor Words => _words;

    /// <param name="words">[N, T] numbers.</param>
    /// <returns>[N, T, d].</returns>
    public override Tensor forward(Tensor words) => At(words, 0);

    /// <summary>The vectors of words that begin at a later place of their sentences.</summary>
    public Tensor At(Tensor words, int place)
    {
        var vectors = _words.index_select(0, words.flatten()).reshape(words.shape[0], words.shape[1], -1).Times(_scale);
        return _dropout.call(vectors.Plus(_places.narrow(0, place, words.shape[1])));
    }
}
