using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Questions;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Answers;

/// <summary>Has a head answer many questions.</summary>
public static class Answerer
{
    private const int QuestionsAtATime = 64;

    /// <summary>How many steps <see cref="Answer"/> takes for so many questions.</summary>
    public static int StepsOf(int questions) => (questions + QuestionsAtATime - 1) / QuestionsAtATime;

    /// <summary>The likeliest answer to each question, in the questions' order.</summary>
    /// <param name="head">The head, in evaluation mode.</param>
    /// <param name="asked">The questions.</param>
    /// <param name="words">The words that the head knows.</param>
    /// <param name="answers">The answers that it knows.</param>
    /// <param name="eyes">What it sees.</param>
    /// <param name="done">Called after each step.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IReadOnlyList<string> Answer(
        AnswerHead head,
        AskedPhotos asked,
        Vocabulary words,
        AnswerVocabulary answers,
        Eyes eyes,
        Action? done = null,
        CancellationToken cancellation = default)
    {
        using var noTape = no_grad();
        var given = new List<string>();
        foreach (var part in asked.Examples.Chunk(QuestionsAtATime))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var memory = head.Look(eyes is Eyes.Closed ? Nothing() : asked.Features.Read([.. part.Select(example => (PhotoFor(example), 0))]));
            var questions = QuestionBatch.Of([.. part.Select(example => words.NumbersOf(Words.Of(example.Question)))], head.MaxWords);
            var best = head.Logits(memory, questions).argmax(1);
            given.AddRange(best.data<long>().ToArray().Select(answer => answers[(int)answer]));
            done?.Invoke();
        }
        return given;

        // One photo with nothing on it, which all questions share.
        Tensor[] Nothing() => [.. head.Sources.Select(source => zeros(1, source.Channels, source.Height, source.Width))];

        int PhotoFor(QuestionExample example)
        {
            // Photos of one room follow each other: a third of all photos away it is another room.
            var photo = asked.IndexOf(example);
            return eyes is Eyes.Elsewhere ? (photo + Math.Max(asked.PhotoCount / 3, 1)) % asked.PhotoCount : photo;
        }
    }
}
