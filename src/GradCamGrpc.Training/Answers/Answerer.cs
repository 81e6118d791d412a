using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Questions;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Answers;

/// <summary>Has a head answer many questions.</summary>
public static class Answerer
{
    private const int QuestionsAtATime = 64;

    /// <summary>The likeliest answer to each question, in the questions' order.</summary>
    /// <param name="head">The head, in evaluation mode.</param>
    /// <param name="asked">The questions.</param>
    /// <param name="words">The words that the head knows.</param>
    /// <param name="answers">The answers that it knows.</param>
    /// <param name="eyes">What it sees.</param>
    public static IReadOnlyList<string> Answer(AnswerHead head, AskedPhotos asked, Vocabulary words, AnswerVocabulary answers, Eyes eyes)
    {
        using var noTape = no_grad();
        var given = new List<string>();
        foreach (var part in asked.Examples.Chunk(QuestionsAtATime))
        {
            using var scope = NewDisposeScope();
            var maps = asked.Features.Read([.. part.Select(example => (PhotoFor(example), 0))]);
            var memory = head.Look(eyes is Eyes.Closed ? [.. maps.Select(source => zeros_like(source))] : maps);
            var questions = QuestionBatch.Of([.. part.Select(example => words.NumbersOf(Words.Of(example.Question)))], head.MaxWords);
            var best = head.Logits(memory, questions).argmax(1);
            given.AddRange(best.data<long>().ToArray().Select(answer => answers[(int)answer]));
        }
        return given;

        int PhotoFor(QuestionExample example)
        {
            // Photos of one room follow each other: a third of all photos away it is another room.
            var photo = asked.IndexOf(example);
            return eyes is Eyes.Elsewhere ? (photo + Math.Max(asked.PhotoCount / 3, 1)) % asked.PhotoCount : photo;
        }
    }
}
