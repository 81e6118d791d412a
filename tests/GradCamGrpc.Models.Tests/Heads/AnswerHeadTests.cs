using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests.Heads;

public sealed class AnswerHeadTests : IDisposable
{
    private static readonly HeadSource[] Sources = [new("maps", Channels: 5, Height: 2, Width: 2)];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly AnswerHead _head;

    public AnswerHeadTests()
    {
        random.manual_seed(4);
        _head = new AnswerHead(Sources, words: 12, answers: 3, new HeadShape(Width: 16, AttentionHeads: 4, Layers: 2, MaxWords: 8));
        _head.to(float64);
        _head.eval();
    }

    public void Dispose()
    {
        _head.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Logits_QuestionFilledUp_AreThoseOfTheQuestion()
    {
        var photo = _head.Look([Maps(1)]);

        var plain = _head.Logits(photo, tensor(new long[,] { { Vocabulary.Start, 4, 5 } }));
        var filled = _head.Logits(photo, tensor(new long[,] { { Vocabulary.Start, 4, 5, Vocabulary.Padding, Vocabulary.Padding } }));

        Assert.Equal([1, 3], plain.shape);
        Assert.True(plain.allclose(filled, rtol: 1e-9));
    }

    [Fact]
    public void Logits_AnyWordOrPhotoChanged_AreOthers()
    {
        var photos = _head.Look([Maps(2)]);

        var logits = _head.Logits(photos, tensor(new long[,] { { 1, 4, 5 }, { 1, 4, 6 }, { 1, 4, 5 }, { 1, 7, 5 } }));

        Assert.False(logits[0].allclose(logits[1], rtol: 1e-4));
        Assert.False(logits[0].allclose(logits[2], rtol: 1e-4));
        Assert.False(logits[2].allclose(logits[3], rtol: 1e-4));
    }

    [Fact]
    public void AttentionWeights_Question_SumToOne()
    {
        var weights = _head.AttentionWeights(_head.Look([Maps(1)]), tensor(new long[,] { { 1, 4, 5 } }));

        Assert.Equal([1, 4], weights.shape);
        Assert.Equal(1, weights.sum().item<double>(), 1e-9);
    }

    /// <summary>Central differences of an answer's logit, each row another question, one filled up, at all positions of a channel.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Differentiate_RowsWithQuestionsOfTheirOwn_EqualFiniteDifferences(int layers)
    {
        const double Step = 1e-5;
        const int Channel = 3;
        using var head = new AnswerHead(Sources, words: 12, answers: 3, new HeadShape(Width: 16, AttentionHeads: 4, Layers: layers, MaxWords: 8));
        head.to(float64);
        head.eval();
        foreach (var parameter in head.parameters())
            parameter.requires_grad_(false);
        var words = tensor(new long[,] { { Vocabulary.Start, 4, 5 }, { Vocabulary.Start, 6, Vocabulary.Padding }, { Vocabulary.Start, 9, 4 } });
        long[] answers = [2, 0, 2];
        Tensor Scores(PhotoMemory photo) => head.Logits(photo, words).gather(1, tensor(answers).unsqueeze(1)).squeeze(1);

        var maps = Maps(1);
        var (scores, gradients) = head.Differentiate(head.Look([maps]), rows: 3, Scores);

        Assert.True(scores.allclose(Scores(head.Look([maps])), rtol: 1e-9));
        var ofMaps = gradients[0].matmul(head.ProjectionWeights[0]);                        // [3, 4, 5]
        for (var position = 0; position < 4; position++)
        {
            Tensor Moved(double by)
            {
                var moved = maps.clone();
                moved[0, Channel, position / 2, position % 2] = maps[0, Channel, position / 2, position % 2] + tensor(by, dtype: float64);
                return Scores(head.Look([moved]));
            }

            var (more, less) = (Moved(Step), Moved(-Step));
            for (var row = 0; row < 3; row++)
            {
                var expected = (more[row].item<double>() - less[row].item<double>()) / (2 * Step);
                Assert.NotEqual(0, expected);
                Assert.Equal(expected, ofMaps[row, position, Channel].item<double>(), 1e-7);
            }
        }
    }

    private static Tensor Maps(int count) => randn([count, 5, 2, 2], dtype: float64, generator: new Generator(8));
}
