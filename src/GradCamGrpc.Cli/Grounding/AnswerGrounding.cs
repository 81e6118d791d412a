using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Questions;
using static TorchSharp.torch;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>Whether the maps of answers are of what the questions ask about. It belongs to one thread.</summary>
internal sealed class AnswerGrounding : IDisposable
{
    private readonly TrunkReader _trunk;
    private readonly AnswerHead _head;
    private readonly Vocabulary _words;
    private readonly CutLayer[] _layers;

    public AnswerGrounding(ModelFolder folder, AnsweringManifest manifest)
    {
        _trunk = new TrunkReader(folder, manifest.Preprocessing, [.. manifest.Sources.Select(source => source.Layer)]);
        (_head, _words, _) = folder.BuildAnswerHead();
        _layers = [.. manifest.Sources.Select(source => new CutLayer(source.Layer, source.Channels, source.Height, source.Width))];
    }

    /// <summary>Answers questions about a photo, and covers it by the map of each answer.</summary>
    /// <param name="photo">The photo's file.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="seed">Of the random covers.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What the probability of each given answer loses.</returns>
    public IReadOnlyList<GroundedScore> Cover(string photo, IReadOnlyList<QuestionExample> questions, ulong seed, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var image = _trunk.Image(photo);
        var activations = _trunk.Read(image.unsqueeze(0));
        int[][] words = [.. questions.Select(question => _words.NumbersOf(Words.Of(question.Question)))];
        var asked = QuestionBatch.Of(words, _head.MaxWords);                                                    // [K, T]
        var (seen, answers) = Answers(activations, asked);                                                      // [K]
        var readings = _layers.Select((layer, i) => new HeadReading(layer, activations[i], _head.ProjectionWeights[i]));
        var maps = new HeadCut([.. readings], _head.ElementsOfARow).Explain(
            [.. Enumerable.Range(0, questions.Count)], rows => Differentiate(seen, asked, answers, rows), [HeadMaps.Method], cancellation);
        var losses = CoverTrial.Run(
            image,
            HeadMaps.Fused(maps, (int)image.shape[1], (int)image.shape[2]),
            images => Probabilities(_trunk.Read(images), asked, answers),
            seed);
        var given = answers.data<long>().ToArray();
        return [.. questions.Select((question, k) => GroundedScore.Of(
            question.Kind.Name(), losses[k], Enumerable.Range(0, questions.Count).Where(other => given[other] != given[k])))];
    }

    public void Dispose()
    {
        _head.Dispose();
        _trunk.Dispose();
    }

    private (PhotoMemory Seen, Tensor Answers) Answers(IReadOnlyList<Tensor> activations, Tensor asked)
    {
        using var noTape = no_grad();
        var seen = _head.Look(activations);
        return (seen, _head.Logits(seen, asked).argmax(1));
    }

    /// <summary>The log-probabilities of some of the answers.</summary>
    private HeadGradients Differentiate(PhotoMemory seen, Tensor asked, Tensor answers, IReadOnlyList<int> rows)
    {
        var chosen = tensor(rows.Select(row => (long)row).ToArray());
        var (words, given) = (asked.index_select(0, chosen), answers.index_select(0, chosen).unsqueeze(1));
        var (scores, gradients) = _head.Differentiate(
            seen, rows.Count, photo => _head.Logits(photo, words).log_softmax(-1).gather(1, given).squeeze(1));
        return new HeadGradients(scores, gradients);
    }

    /// <summary>What each answer would have been worth on other photos: [N, K].</summary>
    private Tensor Probabilities(IReadOnlyList<Tensor> activations, Tensor asked, Tensor answers)
    {
        var photos = activations[0].shape[0];
        var chances = _head.Logits(_head.Look(activations), asked.repeat(photos, 1)).softmax(-1);                // [N · K, answers]
        return chances.gather(1, answers.repeat(photos).unsqueeze(1)).reshape(photos, -1);
    }
}
