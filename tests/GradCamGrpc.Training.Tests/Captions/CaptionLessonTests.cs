using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Captions;
using GradCamGrpc.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Tests.Captions;

/// <summary>Against losses that are summed up here, word by word, of each caption alone: there is no padding in it.</summary>
[Collection(TorchRandomness.Name)]
public sealed class CaptionLessonTests : IClassFixture<TwoPhotos>, IDisposable
{
    private const double Smoothing = 0.1;

    private static readonly Vocabulary Words = new(["a", "cat", "sits", "there", "woman", "left"]);

    private static readonly TrainingRecipe Recipe = new() { Epochs = 10, PhotosPerStep = 1, LabelSmoothing = Smoothing, Seed = 5 };

    private readonly TwoPhotos _photos;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly CaptionHead _head;

    public CaptionLessonTests(TwoPhotos photos)
    {
        _photos = photos;
        random.manual_seed(8);
        _head = new CaptionHead(photos.Features.Sources, Words.Count, new HeadShape(Width: 16, AttentionHeads: 2, Layers: 1, MaxWords: 6));
        _head.eval();
    }

    public void Dispose()
    {
        _head.Dispose();
        _scope.Dispose();
    }

    /// <summary>A caption of one word and one of four, each with its end: seven words count, and the shorter one's padding does not.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(Smoothing)]
    public void Loss_CaptionsOfTwoLengths_IsTheMeanOfTheirSmoothedWords(double smoothing)
    {
        CaptionedPhoto photo = new(TwoPhotos.Paths[0], [["woman"], ["a", "woman", "sits", "left"]]);

        var loss = Lesson([photo], Recipe with { LabelSmoothing = smoothing }).Loss(_head, 0, 0, new Random(1)).item<float>();

        Assert.Equal(Expected(photo, (0, 0), smoothing), loss, 1e-5);
    }

    [Fact]
    public void Of_CaptionsOfTwoLengths_IsTheMeanOfTheirWords()
    {
        CaptionedPhoto[] photos =
        [
            new(TwoPhotos.Paths[0], [["woman"], ["a", "woman", "sits", "there"]]),
            new(TwoPhotos.Paths[1], [["a", "cat"], ["cat"]]),
        ];

        var loss = CaptionLoss.Of(_head, photos, Words, _photos.Features);

        // Seven words and their ends, then five.
        Assert.Equal((7 * Expected(photos[0], (0, 0), 0) + 5 * Expected(photos[1], (1, 0), 0)) / 12, loss, 1e-5);
    }

    /// <summary>In forty tries the mirror image comes up, unless a caption names a side.</summary>
    [Theory]
    [InlineData("left", false)]
    [InlineData("there", true)]
    public void Loss_CaptionThatNamesASide_IsNeverThatOfTheMirrorImage(string word, bool isMirrored)
    {
        CaptionedPhoto photo = new(TwoPhotos.Paths[0], [["a", "woman", "sits", word]]);
        var lesson = Lesson([photo], Recipe);
        var choice = new Random(1);

        double[] losses = [.. Enumerable.Range(0, 40).Select(_ => (double)lesson.Loss(_head, 0, 0, choice).item<float>())];

        var (plain, mirrored) = (Expected(photo, (0, 0), Smoothing), Expected(photo, (0, 1), Smoothing));
        Assert.True(Math.Abs(plain - mirrored) > 1e-3);
        Assert.Equal(isMirrored, losses.Any(loss => Math.Abs(loss - mirrored) < 1e-5));
        Assert.Contains(losses, loss => Math.Abs(loss - plain) < 1e-5);
        Assert.All(losses, loss => Assert.True(Math.Abs(loss - plain) < 1e-5 || Math.Abs(loss - mirrored) < 1e-5));
    }

    /// <summary>Both photos come in every epoch; which one is first differs.</summary>
    [Fact]
    public void Loss_SeveralEpochs_HaveOrdersOfTheirOwn()
    {
        CaptionedPhoto[] photos = [new(TwoPhotos.Paths[0], [["a", "woman", "left"]]), new(TwoPhotos.Paths[1], [["cat", "left"]])];
        var lesson = Lesson(photos, Recipe);
        double[] expected = [Expected(photos[0], (0, 0), Smoothing), Expected(photos[1], (1, 0), Smoothing)];
        Assert.True(Math.Abs(expected[0] - expected[1]) > 1e-3);

        var first = new HashSet<int>();
        for (var epoch = 0; epoch < Recipe.Epochs; epoch++)
        {
            int[] order = [.. Enumerable.Range(0, 2).Select(step =>
            {
                var loss = lesson.Loss(_head, epoch, step, new Random(1)).item<float>();
                return Array.FindIndex(expected, one => Math.Abs(loss - one) < 1e-5);
            })];
            Assert.Equal([0, 1], order.Order());
            first.Add(order[0]);
        }
        Assert.Equal(2, first.Count);
    }

    private CaptionLesson Lesson(IReadOnlyList<CaptionedPhoto> photos, TrainingRecipe recipe) =>
        new(photos, Words, _photos.Features, _photos.Views, recipe);

    /// <summary>The mean over all words and ends of (1 - s) · -ln p(word) + s · the mean of -ln p over all words there are.</summary>
    private double Expected(CaptionedPhoto photo, (int Photo, int View) seen, double smoothing)
    {
        using var noTape = no_grad();
        var memory = _head.Look(_photos.Features.Read([seen]));
        var losses = new List<double>();
        foreach (var caption in photo.Captions)
        {
            int[] next = [.. Words.NumbersOf(caption), Vocabulary.End];
            long[] said = [Vocabulary.Start, .. next.SkipLast(1).Select(word => (long)word)];
            var logs = _head.Logits(memory, tensor(said).unsqueeze(0)).log_softmax(-1)[0];
            for (var place = 0; place < next.Length; place++)
            {
                var ofWords = logs[place].data<float>().ToArray();
                losses.Add((1 - smoothing) * -ofWords[next[place]] + smoothing * -ofWords.Average());
            }
        }
        return losses.Average();
    }
}
