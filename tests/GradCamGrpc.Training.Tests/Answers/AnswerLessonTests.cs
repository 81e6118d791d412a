using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Answers;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Tests.Answers;

[Collection(TorchRandomness.Name)]
public sealed class AnswerLessonTests : IClassFixture<TwoPhotos>, IDisposable
{
    private const int Word = 4;
    private const int Answer = 1;

    private readonly TwoPhotos _photos;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly AnswerHead _head;

    public AnswerLessonTests(TwoPhotos photos)
    {
        _photos = photos;
        random.manual_seed(9);
        _head = new AnswerHead(photos.Features.Sources, words: 6, answers: 3, new HeadShape(Width: 16, AttentionHeads: 2, Layers: 1, MaxWords: 4));
        _head.eval();
    }

    public void Dispose()
    {
        _head.Dispose();
        _scope.Dispose();
    }

    /// <summary>
    /// A step asks a photo's only question four times. Its one word is left out of some, and the loss says of how many: it is the mean of what
    /// the word and an unknown one cost. Of 2,000 a twentieth is 100, and three standard deviations are 29.
    /// </summary>
    [Fact]
    public void Loss_ManySteps_LeaveATwentiethOfTheWordsOut()
    {
        const int Steps = 500;
        PhotoQuestions asked = new(0, [new AskedQuestion([Word], Answer, MayBeMirrored: false)]);
        QuestionSet set = new([asked], _photos.Features, _photos.Views, Share: 1, Seed: 1);
        var lesson = new AnswerLesson([set], new TrainingRecipe { Epochs = 1, PhotosPerStep = 1, LabelSmoothing = 0 }, isBlind: false);
        var (known, unknown) = (Surprise(Word), Surprise(Vocabulary.Unknown));
        Assert.True(Math.Abs(known - unknown) > 1e-3);
        var choice = new Random(1);
        using var noTape = no_grad();

        var leftOut = 0;
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var ofFour = 4 * (lesson.Loss(_head, 0, 0, choice).item<float>() - known) / (unknown - known);
            Assert.Equal(Math.Round(ofFour), ofFour, 0.05);
            leftOut += (int)Math.Round(ofFour);
        }

        Assert.InRange(leftOut, 100 - 29, 100 + 29);
    }

    /// <summary>What the answer costs where the question is one word, in nats.</summary>
    private double Surprise(int word)
    {
        using var noTape = no_grad();
        var logits = _head.Logits(_head.Look(_photos.Features.Read([(0, 0)])), tensor(new long[,] { { Vocabulary.Start, word } }));
        return -logits.log_softmax(-1)[0, Answer].item<float>();
    }
}
