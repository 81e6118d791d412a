using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Answering;

/// <summary>Answers questions about photos and explains the answers, by what the network says at the layers that the head reads.</summary>
/// <remarks>
/// It runs on the threads of the model's workers, and on the CPU wherever the network runs. Once frozen, any number of threads may use it at
/// a time, each in a dispose scope of its own. What it is may be asked on any thread.
/// </remarks>
/// <param name="head">The head, frozen and in evaluation mode; it is owned from here on.</param>
/// <param name="words">The words that it knows.</param>
/// <param name="answers">The answers that it can give, by index.</param>
internal sealed class Answerer(AnswerHead head, Vocabulary words, IReadOnlyList<string> answers) : IDisposable
{
    public Vocabulary Words { get; } = words;

    public AnswerIndex Answers { get; } = new(answers);

    /// <summary>The longest question, in words.</summary>
    public int MaxWords => head.MaxWords;

    /// <summary>The layers of the network that the head reads.</summary>
    public HeadLayers Layers { get; } = new(head);

    /// <summary>Answers questions.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="questions">The questions; at least one.</param>
    /// <returns>For each question the outputs, by answer.</returns>
    public IReadOnlyList<float[]> Answer(ViewedPhoto photo, IReadOnlyList<Question> questions)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        return [.. TensorValues.Floats(head.Logits(photo.Memory, Batch(questions))).Chunk(Answers.Count)];
    }

    /// <summary>Where the head looks for the answer to each question.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="questions">The questions; at least one.</param>
    /// <returns>For each question and each layer h·w weights.</returns>
    public IReadOnlyList<IReadOnlyList<float[]>> Attention(ViewedPhoto photo, IReadOnlyList<Question> questions)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        return Layers.ByLayer(head.AttentionWeights(photo.Memory, Batch(questions)));       // [N, P]
    }

    /// <summary>Differentiates scores of answers, and makes a map of each.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="scores">The scores, of any questions.</param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>Maps at all <see cref="Layers"/> with the index of their score: see <see cref="HeadCut.Explain"/>.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<(int Score, SaliencyMap Map)> Explain(
        ViewedPhoto photo, IReadOnlyList<AnswerScore> scores, IReadOnlyList<ICamMethod> methods, CancellationToken cancellation) =>
        Layers.Explain(photo, scores, Evaluate, methods, cancellation);

    public void Dispose() => head.Dispose();

    private Tensor Evaluate(PhotoMemory photo, IReadOnlyList<AnswerScore> scores) => ScoreTable.Evaluate(
        head.Logits(photo, Batch(scores.Select(score => score.Asked))), [.. scores.Select(score => score.Target)]);

    private Tensor Batch(IEnumerable<Question> questions) => QuestionBatch.Of([.. questions.Select(question => question.Numbers.ToArray())], MaxWords);
}
