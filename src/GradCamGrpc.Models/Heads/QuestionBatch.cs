using GradCamGrpc.Models.Text;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Questions as tensors.</summary>
public static class QuestionBatch
{
    /// <summary>Questions, each with its start; cut where they are too long.</summary>
    /// <param name="questions">As numbers; at least one.</param>
    /// <param name="maxWords">The longest question.</param>
    /// <returns>[N, T], filled up with <see cref="Vocabulary.Padding"/>.</returns>
    public static Tensor Of(IReadOnlyList<int[]> questions, int maxWords)
    {
        var length = Math.Min(questions.Max(question => question.Length), maxWords) + 1;
        var words = new long[questions.Count, length];
        for (var i = 0; i < questions.Count; i++)
        {
            words[i, 0] = Vocabulary.Start;
            for (var place = 1; place < length && place <= questions[i].Length; place++)
                words[i, place] = questions[i][place - 1];
        }
        return tensor(words);
    }
}
