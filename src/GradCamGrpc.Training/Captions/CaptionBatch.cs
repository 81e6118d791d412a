using GradCamGrpc.Models.Text;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Captions;

/// <summary>Captions as tensors.</summary>
internal static class CaptionBatch
{
    /// <summary>Captions of several photos, each with its start, and what comes next at every place.</summary>
    /// <param name="captions">For each photo as many captions as for any other, as numbers; cut where they are too long.</param>
    /// <param name="maxWords">The longest caption.</param>
    /// <returns>[N, T] each, filled up with <see cref="Vocabulary.Padding"/>.</returns>
    public static (Tensor Words, Tensor Next) Of(IReadOnlyList<int[]> captions, int maxWords)
    {
        var length = Math.Min(captions.Max(caption => caption.Length), maxWords) + 1;
        var words = new long[captions.Count, length];
        var next = new long[captions.Count, length];
        for (var i = 0; i < captions.Count; i++)
        {
            words[i, 0] = Vocabulary.Start;
            for (var place = 0; place < length; place++)
            {
                if (place < captions[i].Length && place < maxWords)
                    next[i, place] = captions[i][place];
                else if (place == captions[i].Length)
                    next[i, place] = Vocabulary.End;
                if (place > 0)
                    words[i, place] = next[i, place - 1];
            }
        }
        return (tensor(words), tensor(next));
    }
}
