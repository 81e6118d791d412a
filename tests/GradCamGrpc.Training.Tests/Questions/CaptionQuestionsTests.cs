using GradCamGrpc.TestData;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

public sealed class CaptionQuestionsTests
{
    private static readonly PhotoCaptions[] Photos =
    [
        new("camel.jpg", ["A camel sleeps .", "A brown camel sleeps in sand .", "A camel is sleeping .", "A brown camel ."]),
        new("goat.jpg", ["A goat runs .", "A white goat is running in grass .", "A goat runs .", "A white goat ."]),
        new("horse.jpg", ["A horse runs .", "A black horse is running .", "A horse runs past .", "A black horse ."]),
        new("horses.jpg", ["Two horses sleep .", "Two horses are sleeping .", "Two horses sleep .", "Two horses ."]),
        new("woman.jpg", ["A woman sits on a bench .", "A woman sits .", "A lady is sitting .", "A woman in a red hat sits on a bench ."]),
    ];

    [Fact]
    public void Of_SameSeed_AsksTheSame() => Assert.Equal(new CaptionQuestions(7).Of(Photos), new CaptionQuestions(7).Of(Photos));

    [Fact]
    public void Of_Photos_AsksEachYesNoQuestionAsOftenWithYesAsWithNo()
    {
        var statements = new CaptionQuestions().Of(Photos).Where(example => example.Kind == QuestionKind.YesNo).ToArray();

        Assert.Contains(statements, example => example is { Question: "is there a horse ?", Answer: "yes" });
        Assert.All(statements.GroupBy(example => example.Question), AsOftenYesAsNo);
    }

    [Fact]
    public void Choose_MorePhotosSayNo_DropsTheRest()
    {
        QuestionCandidate[] Says(string answer) => [new QuestionCandidate(QuestionKind.YesNo, "is there a dog ?", answer)];

        var chosen = YesNoBalance.Choose([Says("yes"), Says("no"), Says("no"), []], limit: 3, new Random(0));

        Assert.Equal(2, chosen.Sum(photo => photo.Count));
        Assert.Equal("yes", Assert.Single(chosen[0]).Answer);
        Assert.Single(chosen[1].Concat(chosen[2]));
    }

    [Fact]
    public void Choose_PhotoWithManyQuestions_HasNoMoreThanTheLimit()
    {
        QuestionCandidate[] Says(string answer) =>
            [.. Enumerable.Range(0, 9).Select(i => new QuestionCandidate(QuestionKind.YesNo, $"is there a {i} ?", answer))];

        var chosen = YesNoBalance.Choose([Says("yes"), Says("no")], limit: 4, new Random(0));

        Assert.Equal([4, 4], chosen.Select(photo => photo.Count));
    }

    [Theory]
    [InlineData("train.txt", 6000, 20_000)]
    [InlineData("dev.txt", 1000, 3_000)]
    [InlineData("test.txt", 1000, 3_000)]
    [Trait("Category", "Data")]
    public void Of_Flickr8k_KeepsItsLimits(string split, int photoCount, int leastQuestions)
    {
        var photos = PhotoCaptions.Read(TestFolders.Data("flickr8k"), split);
        var questions = new CaptionQuestions().Of(photos).ToArray();

        Assert.Equal(photoCount, photos.Count);
        Assert.All(photos, photo => Assert.Equal(5, photo.Captions.Count));
        Assert.True(questions.Length >= leastQuestions, $"{questions.Length} questions");
        Assert.Equal(questions.Length, questions.DistinctBy(example => (example.Image, example.Question)).Count());
        Assert.All(Enum.GetValues<QuestionKind>(), kind => Assert.Contains(questions, example => example.Kind == kind));
        Assert.All(questions.GroupBy(example => example.Image), group => Assert.InRange(group.Count(), 1, 10));
        Assert.All(questions.Where(example => example.Kind == QuestionKind.YesNo).GroupBy(example => example.Question), AsOftenYesAsNo);
    }

    [Fact]
    [Trait("Category", "Data")]
    public void Of_Flickr8k_DeniesNothingThatACaptionNames()
    {
        var photos = PhotoCaptions.Read(TestFolders.Data("flickr8k"), "train.txt");
        var texts = photos.ToDictionary(photo => photo.Image, photo => string.Join(' ', photo.Captions));

        var denied = new CaptionQuestions().Of(photos)
            .Where(example => example.Answer == "no" && example.Question.StartsWith("is there", StringComparison.Ordinal))
            .ToArray();

        Assert.NotEmpty(denied);
        Assert.All(denied, example => Assert.DoesNotContain(
            $" {example.Question.Split(' ')[^2]} ", $" {texts[example.Image]} ", StringComparison.OrdinalIgnoreCase));
    }

    private static void AsOftenYesAsNo(IGrouping<string, QuestionExample> examples) =>
        Assert.Equal(examples.Count(example => example.Answer == "yes"), examples.Count(example => example.Answer == "no"));
}
