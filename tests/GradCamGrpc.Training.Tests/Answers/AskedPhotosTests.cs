using GradCamGrpc.Models.Text;
using GradCamGrpc.TestData;
using GradCamGrpc.Training.Answers;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Answers;

public sealed class AskedPhotosTests : IDisposable
{
    private readonly MiniatureData _data = new();

    public void Dispose() => _data.Dispose();

    /// <summary>None of the words is known to the head: to it all these questions are of unknown words.</summary>
    [Theory]
    [InlineData("what stands to the left ?", "cat", false)]
    [InlineData("what is on the RIGHT ?", "cat", false)]
    [InlineData("which side does it look to ?", "left", false)]
    [InlineData("what is bright ?", "cat", true)]
    public void ToSet_QuestionOfASide_IsNotAskedOfTheMirrorImage(string question, string answer, bool isMirrored)
    {
        using var asked = Ask(new QuestionExample("chelsea.png", question, answer, QuestionKind.Thing));

        var set = asked.ToSet(new Vocabulary(["unseen"]), AnswerVocabulary.Of([answer], minimumCount: 1), share: 1, seed: 1);

        var random = new Random(1);
        var views = Enumerable.Range(0, 50).Select(_ => set.ChooseView(set.Photos[0], random)).Distinct().Order();
        Assert.Equal(isMirrored ? [0, 1] : [0], views);
    }

    [Fact]
    public void ToSet_RareListOfAnswers_AsksForEachThatIsKnown()
    {
        using var asked = Ask(new QuestionExample("chelsea.png", "what is there ?", "cat, pen, dog", QuestionKind.Thing));

        var set = asked.ToSet(new Vocabulary(["what"]), AnswerVocabulary.Of(["cat", "dog"], minimumCount: 1), share: 1, seed: 1);

        Assert.Equal([0, 1], set.Photos[0].Questions.Select(question => question.Answer));
        Assert.All(set.Photos[0].Questions, question => Assert.Equal([4, Vocabulary.Unknown, Vocabulary.Unknown], question.Words));
    }

    private AskedPhotos Ask(QuestionExample example)
    {
        var folder = EmbeddedModel.Read();
        using var store = new FeatureStore(
            _data.PathOf("cache"), folder, folder.Manifest.Preprocessing with { ResizeShorterSide = null }, ["blocks.4.2"]);
        return AskedPhotos.Open(store, _data.PathOf("images"), [example], views: 2, seed: 1, () => { }, TestContext.Current.CancellationToken);
    }
}
