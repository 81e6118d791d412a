using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Captions;

/// <summary>How surprised a head is by what people say.</summary>
internal static class CaptionLoss
{
    private const int PhotosAtATime = 32;

    /// <summary>The mean negative log-probability of a word, in nats.</summary>
    /// <param name="head">The head, in evaluation mode.</param>
    /// <param name="photos">The photos; every one has as many captions.</param>
    /// <param name="vocabulary">The words.</param>
    /// <param name="features">The photos' maps.</param>
    public static double Of(CaptionHead head, IReadOnlyList<CaptionedPhoto> photos, Vocabulary vocabulary, FeatureFile features)
    {
        using var noTape = no_grad();
        var sum = 0.0;
        var count = 0L;
        foreach (var part in Enumerable.Range(0, photos.Count).Chunk(PhotosAtATime))
        {
            using var scope = NewDisposeScope();
            var memory = head.Look(features.Read([.. part.Select(photo => (photo, 0))]));
            var captions = part.SelectMany(photo => photos[photo].Captions.Select(vocabulary.NumbersOf)).ToArray();
            var (words, next) = CaptionBatch.Of(captions, head.MaxWords);
            var loss = nn.functional.cross_entropy(
                head.Logits(memory, words).flatten(0, 1), next.flatten(), ignore_index: Vocabulary.Padding, reduction: nn.Reduction.Sum);
            sum += loss.item<float>();
            count += next.count_nonzero().item<long>();
        }
        return sum / count;
    }
}
