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

    private static Tensor Maps(int count) => randn([count, 5, 2, 2], dtype: float64, generator: new Generator(8));
}
