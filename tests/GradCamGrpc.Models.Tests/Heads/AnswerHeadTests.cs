using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Tensors;
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
        head.Freeze();
        var words = tensor(new long[,] { { Vocabulary.Start, 4, 5 }, { Vocabulary.Start, 6, Vocabulary.Padding }, { Vocabulary.Start, 9, 4 } });
        long[] answers = [2, 0, 2];
        Tensor Scores(PhotoMemory photo) => head.Logits(photo, words).gather(1, tensor(answers).unsqueeze(1)).squeeze(1);

        var maps = Maps(1);
        var (scores, gradients) = head.Differentiate(head.Look([maps]), rows: 3, Scores);

        Assert.True(scores.allclose(Scores(head.Look([maps])), rtol: 1e-9));
        Assert.True(gradients[0].Mean.allclose(gradients[0].Everywhere.mean([1]), rtol: 1e-9, atol: 1e-12));
        var ofMaps = gradients[0].Everywhere.matmul(head.ProjectionWeights[0]);                        // [3, 4, 5]
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

    [Fact]
    public void Differentiate_HeadThatMayBeTrained_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() => DifferentiateAnswer(_head, Maps(1)));

        _head.Freeze();
        Assert.Equal([1, 4, 16], DifferentiateAnswer(_head, Maps(1))[0].Everywhere.shape);

        _head.train();
        Assert.Throws<InvalidOperationException>(() => DifferentiateAnswer(_head, Maps(1)));
        _head.eval();
        _head.parameters().First().requires_grad_();
        Assert.Throws<InvalidOperationException>(() => DifferentiateAnswer(_head, Maps(1)));
    }

    [Fact]
    public void Differentiate_TwoPhotos_IsRefused()
    {
        _head.Freeze();

        var fault = Assert.Throws<ArgumentException>(() => DifferentiateAnswer(_head, Maps(2)));

        Assert.Contains("one photo, not of 2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Differentiate_ScoresOfNoPass_AreRefused()
    {
        _head.Freeze();

        Assert.Throws<InvalidOperationException>(() => _head.Differentiate(_head.Look([Maps(1)]), rows: 1, _ => ones(1)));
    }

    private static IReadOnlyList<VectorField> DifferentiateAnswer(AnswerHead head, Tensor maps) =>
        head.Differentiate(head.Look([maps]), rows: 1, photo => head.Logits(photo, tensor(new long[,] { { Vocabulary.Start, 4 } }))[.., 1]).Gradients;

    private static Tensor Maps(int count) => randn([count, 5, 2, 2], dtype: float64, generator: new Generator(8));
}
