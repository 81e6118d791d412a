using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Benchmarks;

/// <summary>
/// The embedded trunk, an answering head of the captioning head's size and one photo. The weights are random: no time depends on them. It
/// belongs to one thread.
/// </summary>
internal sealed class QuestionEngine : IDisposable
{
    private const int WordCount = 2000;
    private const int AnswerCount = 1000;
    private const int QuestionLength = 8;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ServableNetwork _network;
    private readonly AnswerHead _head;
    private readonly CutNetwork _cut;
    private readonly CutLayer[] _layers;
    private readonly ImageQuery _query;
    private readonly PreprocessingManifest _view;
    private readonly Tensor _image;
    private readonly Tensor _questions;

    /// <param name="questions">How many questions there are.</param>
    public QuestionEngine(int questions)
    {
        var model = EmbeddedModel.Read();
        _network = model.BuildNetwork();
        _network.PrepareForServing();
        var captioning = model.Manifest.Captioning!;
        _view = captioning.Preprocessing;
        _cut = new CutNetwork(_network, ChannelsLast.Noise(_view.CropHeight, _view.CropWidth, CPU), _network.UseFolded);
        _head = new AnswerHead(captioning.Sources, WordCount, AnswerCount, captioning.Shape);
        _head.Freeze();
        _layers = [.. _head.Sources.Select(source => _cut.Layers[source.Layer])];
        _query = ImageQuery.PredictionOnly with { Observed = _layers };
        _image = BenchPhoto.Input(_view);

        var random = new Random(1);
        _questions = tensor(Enumerable
            .Range(0, questions * (QuestionLength + 1))
            .Select(i => i % (QuestionLength + 1) == 0 ? Vocabulary.Start : (long)random.Next(4, WordCount))
            .ToArray()).reshape(questions, -1);
    }

    /// <summary>Answers the first questions about the photo, and maps why, after one pass of the trunk.</summary>
    public void Answer(int count, bool isExplained)
    {
        using var scope = NewDisposeScope();
        var pass = _cut.Forward(_image, [_query]);
        Tensor[] maps = [.. _layers.Select(layer => pass.Activations(0, layer))];
        PhotoMemory photo;
        long[] answers;
        using (no_grad())
        {
            photo = _head.Look(maps);
            answers = _head.Logits(photo, _questions.narrow(0, 0, count)).argmax(1).data<long>().ToArray();
        }
        if (isExplained)
            Explain(maps, photo, answers);
    }

    public void Dispose()
    {
        _head.Dispose();
        _network.Dispose();
        _scope.Dispose();
    }

    private void Explain(Tensor[] maps, PhotoMemory photo, long[] answers)
    {
        var readings = _layers.Select((layer, i) => new HeadReading(layer, maps[i], _head.ProjectionWeights[i]));
        var made = new HeadCut([.. readings], _head.ElementsOfARow).Explain([.. Enumerable.Range(0, answers.Length)], Differentiate, [new GradCam()]);
        foreach (var ofQuestion in made.GroupBy(one => one.Target, one => one.Map))
            LayerFusion.Fuse([.. ofQuestion], FusionRule.Mean);

        HeadGradients Differentiate(IReadOnlyList<int> questions)
        {
            var words = _questions.index_select(0, tensor(questions.Select(question => (long)question).ToArray()));
            var chosen = tensor(questions.Select(question => answers[question]).ToArray()).unsqueeze(1);
            var (scores, gradients) = _head.Differentiate(photo, questions.Count, seen => _head.Logits(seen, words).gather(1, chosen).squeeze(1));
            return new HeadGradients(scores, gradients);
        }
    }
}
