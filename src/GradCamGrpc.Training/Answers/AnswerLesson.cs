using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Optimisation;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Answers;

/// <summary>What an answering head is taught: the answers that people gave (cross entropy over all answers).</summary>
/// <remarks>
/// A step takes a number of photos of one set with a few questions each, so that a photo's maps are read once for several questions.
/// </remarks>
/// <param name="sets">The questions; at least one set.</param>
/// <param name="recipe">How the head is trained.</param>
/// <param name="isBlind">Whether the head sees no photos, to find out what questions alone give away.</param>
internal sealed class AnswerLesson(
    IReadOnlyList<QuestionSet> sets, TrainingRecipe recipe, bool isBlind) : ILesson<AnswerHead>
{
    private const int QuestionsPerPhoto = 4;

    /// <summary>The share of left-out words: what is asked must not hang on one of them.</summary>
    private const double UnknownShare = 0.05;

    /// <summary>The latest epoch, and what each of its steps asks.</summary>
    private (int Epoch, (QuestionSet Set, PhotoQuestions[] Groups)[] Steps) _latest = (-1, []);

    public int StepsPerEpoch => sets.Sum(set => (set.GroupCount(QuestionsPerPhoto) + recipe.PhotosPerStep - 1) / recipe.PhotosPerStep);

    public Tensor Loss(AnswerHead head, int epoch, int step, Random choice)
    {
        if (_latest.Epoch != epoch)
            _latest = (epoch, StepsOf(epoch));
        var (set, groups) = _latest.Steps[step];
        return Loss(head, set, groups, choice);
    }

    /// <summary>Steps of the sets are mixed, in an order of the epoch's own.</summary>
    private (QuestionSet Set, PhotoQuestions[] Groups)[] StepsOf(int epoch)
    {
        var steps = sets.SelectMany(set => set.Groups(epoch, QuestionsPerPhoto).Chunk(recipe.PhotosPerStep).Select(groups => (set, groups))).ToArray();
        EpochRandom.Of(recipe.Seed, epoch).Shuffle(steps);
        return steps;
    }

    private Tensor Loss(AnswerHead head, QuestionSet set, PhotoQuestions[] groups, Random choice)
    {
        var maps = set.Features.Read([.. groups.Select(group => (group.Photo, set.ChooseView(group, choice)))]);
        var memory = head.Look(isBlind ? [.. maps.Select(source => zeros_like(source))] : maps);
        var questions = groups.SelectMany(group => group.Questions).ToArray();
        int[][] words = [.. questions.Select(question => question.Words.Select(word => choice.NextDouble() < UnknownShare ? Vocabulary.Unknown : word).ToArray())];
        var answers = tensor(questions.Select(question => (long)question.Answer).ToArray());
        return nn.functional.cross_entropy(
            head.Logits(memory, QuestionBatch.Of(words, head.MaxWords)), answers, label_smoothing: recipe.LabelSmoothing);
    }
}
