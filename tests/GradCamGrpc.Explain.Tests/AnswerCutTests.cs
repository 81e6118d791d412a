using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>A small answering head in double precision, cut from two layers.</summary>
public sealed class AnswerCutTests : IDisposable
{
    private static readonly HeadSource[] Sources = [new("coarse", Channels: 6, Height: 2, Width: 3), new("fine", Channels: 3, Height: 4, Width: 4)];

    private static readonly CutLayer[] Layers =
        [.. Sources.Select(source => new CutLayer(source.Layer, source.Channels, source.Height, source.Width))];

    /// <summary>Questions of several lengths, and answers by every link.</summary>
    private static readonly Row[] Rows =
    [
        new([4, 5, 6, 3], ScoreTarget.Of(2, ScoreLink.LogProbability)),
        new([7], ScoreTarget.Of(0)),
        new([4, 6], ScoreTarget.Of(1, ScoreLink.Probability)),
        new([4, 5, 6, 3], ScoreTarget.Contrast(4, 1)),
        new([8, 4, 9], ScoreTarget.Counterfactual(3)),
    ];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly AnswerHead _head;
    private readonly Tensor[] _photo;

    public AnswerCutTests()
    {
        random.manual_seed(5);
        _head = new AnswerHead(Sources, words: 11, answers: 5, new HeadShape(Width: 16, AttentionHeads: 4, Layers: 2, MaxWords: 6));
        _head.to(float64);
        _head.Freeze();
        using var generator = new Generator(11);
        _photo = [.. Sources.Select(source => randn([1, source.Channels, source.Height, source.Width], dtype: float64, generator: generator))];
    }

    public void Dispose()
    {
        _head.Dispose();
        _scope.Dispose();
    }

    /// <summary>Central differences of every score, at a channel of each layer and all its positions.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public void Explain_Gradients_EqualFiniteDifferences(int layer, int channel)
    {
        var maps = Explain(Rows, new ChannelGradient(channel)).Where(made => made.Map.Layer == Layers[layer]).ToArray();

        HeadMaps.AssertFiniteDifferences(
            maps, Rows.Length, _photo, layer, channel, (moved, row) => Scores(_head.Look(moved), [Rows[row]]).item<double>());
    }

    [Fact]
    public void Explain_AllQuestionsAtOnce_EqualEachAlone()
    {
        var together = Explain(Rows, new GradCam());

        HeadMaps.AssertEachAlone(together, Layers, [.. Rows.Select(row => Explain([row], new GradCam()))]);
    }

    private (int Target, SaliencyMap Map)[] Explain(Row[] rows, ICamMethod method)
    {
        var readings = Layers.Select((layer, i) => new HeadReading(layer, _photo[i], _head.ProjectionWeights[i]));
        HeadGradients Differentiate(IReadOnlyList<Row> asked)
        {
            var (scores, gradients) = _head.Differentiate(_head.Look(_photo), asked.Count, photo => Scores(photo, asked));
            return new HeadGradients(scores, gradients);
        }
        return [.. new HeadCut([.. readings], _head.ElementsOfARow).Explain(rows, Differentiate, [method], TestContext.Current.CancellationToken)];
    }

    private Tensor Scores(PhotoMemory photo, IReadOnlyList<Row> rows)
    {
        var questions = QuestionBatch.Of([.. rows.Select(row => row.Words)], _head.MaxWords);
        return ScoreTable.Evaluate(_head.Logits(photo, questions), [.. rows.Select(row => row.Target)]);
    }

    private sealed record Row(int[] Words, ScoreTarget Target);
}
