using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Optimisation;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Captions;

/// <summary>What a captioning head is taught: to say what people said of photos (cross entropy of each next word).</summary>
/// <param name="photos">The photos; every one has as many captions.</param>
/// <param name="vocabulary">The words.</param>
/// <param name="features">The photos' maps.</param>
/// <param name="views">Their views.</param>
/// <param name="recipe">How it is trained.</param>
internal sealed class CaptionLesson(
    IReadOnlyList<CaptionedPhoto> photos,
    Vocabulary vocabulary,
    FeatureFile features,
    IReadOnlyList<IReadOnlyList<PhotoView>> views,
    TrainingRecipe recipe) : ILesson<CaptionHead>
{
    private readonly IReadOnlyList<int[][]> _captions = [.. photos.Select(photo => photo.Captions.Select(vocabulary.NumbersOf).ToArray())];

    /// <inheritdoc />
    public int StepsPerEpoch => (photos.Count + recipe.PhotosPerStep - 1) / recipe.PhotosPerStep;

    /// <inheritdoc />
    public Tensor Loss(CaptionHead head, int epoch, int step, Random choice)
    {
        var order = Enumerable.Range(0, photos.Count).ToArray();
        EpochRandom.Of(recipe.Seed, epoch).Shuffle(order);
        int[] chosen = [.. order.Skip(step * recipe.PhotosPerStep).Take(recipe.PhotosPerStep)];
        var memory = head.Look(features.Read([.. chosen.Select(photo => (photo, PhotoView.Choose(views[photo], photos[photo].MayBeMirrored, choice)))]));
        var (words, next) = CaptionBatch.Of([.. chosen.SelectMany(photo => _captions[photo])], head.MaxWords);
        return nn.functional.cross_entropy(
            head.Logits(memory, words).flatten(0, 1),
            next.flatten(),
            ignore_index: Vocabulary.Padding,
            label_smoothing: recipe.LabelSmoothing);
    }
}
