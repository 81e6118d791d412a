using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads.Decoding;

/// <summary>The sentences that a head may say of one photo. It belongs to one thread, and lives in one dispose scope.</summary>
/// <param name="head">The head.</param>
/// <param name="photo">What it sees: one photo.</param>
public sealed class PhotoSentences(CaptionHead head, PhotoMemory photo) : ISentenceModel
{
    private SentenceMemory? _earlier;

    /// <inheritdoc />
    public IReadOnlyList<float[]> NextWords(IReadOnlyList<(int Parent, int Word)> sentences)
    {
        using var noTape = no_grad();
        var rows = tensor(sentences.Select(sentence => (long)sentence.Parent).ToArray());
        var words = tensor(sentences.Select(sentence => (long)sentence.Word).ToArray()).unsqueeze(1);    // [N, 1]
        var (logits, seen) = head.Next(photo, words, _earlier?.Select(rows));
        _earlier = seen;
        return [.. TensorValues.Floats(logits.log_softmax(-1)).Chunk((int)logits.shape[1])];
    }
}
