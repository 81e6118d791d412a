using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

/// <summary>The questions that each rule asks of a photo.</summary>
public sealed class QuestionRuleTests
{
    private static PhotoReading Photo(params string[] captions) => PhotoReading.Of(new PhotoCaptions("a.jpg", captions), Lexicon.Default);

    private static Dictionary<string, string> Answers(IEnumerable<QuestionCandidate> candidates) =>
        candidates.ToDictionary(candidate => candidate.Question, candidate => candidate.Answer);

    [Fact]
    public void Action_TwoCaptionsAgree_IsAsked()
    {
        var photo = Photo("A llama .", "A goat climbs a wall .", "A grey goat is climbing .", "An old goat near a wall .");

        Assert.Equal("climbing", Answers(ActionQuestions.Of(photo))["what is the goat doing ?"]);
    }

    [Fact]
    public void Action_CaptionsDiffer_IsNotAsked() =>
        Assert.Empty(ActionQuestions.Of(Photo("A goat climbs .", "A goat climbs .", "A goat sleeps .", "A goat sleeps .")));

    [Fact]
    public void Action_OneCaptionSaysIt_IsNotAsked() => Assert.Empty(ActionQuestions.Of(Photo("A goat climbs .", "A goat in a field .")));

    [Fact]
    public void Action_TwoGoatsApart_IsNotAsked() =>
        Assert.Empty(ActionQuestions.Of(Photo("A goat climbs and a goat sleeps .", "A goat climbs .", "A goat is climbing .")));

    [Fact]
    public void Action_Several_IsAskedInThePlural() =>
        Assert.Equal("sleeping", Answers(ActionQuestions.Of(Photo("Two camels sleep .", "Camels are sleeping .")))["what are the camels doing ?"]);

    [Fact]
    public void Count_CaptionsAgree_IsAsked()
    {
        var photo = Photo("Three camels stand .", "Three camels in a desert .", "Some camels rest .");

        Assert.Equal("3", Answers(CountQuestions.Of(photo))["how many camels are there ?"]);
    }

    [Theory]
    [InlineData("Three camels stand .", "Four camels stand .", "Camels stand .")]
    [InlineData("Three camels stand .", "Three camels look at another .", "Camels stand .")]
    [InlineData("Three camels stand .", "Camels stand .", "Camels rest .")]
    [InlineData("A camel stands .", "A camel rests .", "Camels rest .")]
    public void Count_CaptionsDifferOrAreFew_IsNotAsked(params string[] captions) => Assert.Empty(CountQuestions.Of(Photo(captions)));

    [Fact]
    public void Count_PeopleOfTwoKinds_AreAddedUp()
    {
        var photo = Photo("A man and a woman dance .", "Two people dance .", "A lady dances with a gentleman .");

        Assert.Equal("2", Answers(CountQuestions.Of(photo))["how many people are there ?"]);
    }

    [Fact]
    public void Count_TwoPeople_AreNotTwoMen()
    {
        var photo = Photo("A man and a woman dance .", "Two people dance .", "Two people in a hall .");

        Assert.DoesNotContain(CountQuestions.Of(photo), candidate => candidate.Question.Contains("men", StringComparison.Ordinal));
    }

    [Fact]
    public void Count_Crowd_IsNotAsked() =>
        Assert.Empty(CountQuestions.Of(Photo("Two men fight while a crowd watches .", "Two men fight .", "Two men box .")));

    [Fact]
    public void Colour_ClothesOfTheOnePerson_AreAsked()
    {
        var photo = Photo("A man in a purple coat waits .", "A man wearing a purple coat .", "A man waits at a door .");

        Assert.Equal("purple", Answers(ColourQuestions.Of(photo))["what color is the man's coat ?"]);
    }

    [Fact]
    public void Colour_ClothesInPairs_AreAskedInThePlural() =>
        Assert.Equal(
            "green",
            Answers(ColourQuestions.Of(Photo("A man in green pants waits .", "A man waits .", "A man stands .")))["what color are the man's pants ?"]);

    [Theory]
    [InlineData("A purple wagon .", "A green wagon .")]
    [InlineData("A purple wagon .", "A purple and green wagon .")]
    [InlineData("A purple wagon and a wagon .", "A purple wagon .")]
    [InlineData("Two purple wagons .", "Two purple wagons .")]
    [InlineData("A wagon in a purple light .", "A wagon .")]
    public void Colour_InDoubt_IsNotAsked(params string[] captions) => Assert.Empty(ColourQuestions.Of(Photo(captions)));

    [Fact]
    public void Colour_People_HaveNone() =>
        Assert.Empty(ColourQuestions.Of(Photo("A black man waits .", "A black man waits .", "A black man stands .")));

    [Fact]
    public void Object_DeedWithThing_IsAsked()
    {
        var answers = Answers(ObjectQuestions.Of(Photo(
            "A woman holds an umbrella .", "A woman holding an umbrella .", "A woman in a hat sits on a bench .", "A woman waits .")));

        Assert.Equal("umbrella", answers["what is the woman holding ?"]);
        Assert.Equal("bench", answers["what is the woman sitting on ?"]);
        Assert.Equal("hat", answers["what is on the woman's head ?"]);
        Assert.Equal("woman", answers["who is in the picture ?"]);
        Assert.Equal("woman", answers["who is holding the umbrella ?"]);
    }

    [Fact]
    public void Object_CaptionsDiffer_IsNotAsked() =>
        Assert.DoesNotContain(
            ObjectQuestions.Of(Photo("A woman holds a cup .", "A woman holds a bottle .", "A woman waits .")),
            candidate => candidate.Question == "what is the woman holding ?");

    [Fact]
    public void Object_ManAndWomanForTheSame_HasNoWho() =>
        Assert.DoesNotContain(
            ObjectQuestions.Of(Photo("A man waits .", "A woman waits .", "A man waits .")),
            candidate => candidate.Question.StartsWith("who", StringComparison.Ordinal));

    [Fact]
    public void Object_ThingInTheMouth_IsAsked() =>
        Assert.Equal(
            "bone",
            Answers(ObjectQuestions.Of(Photo("A goat with a bone in its mouth .", "A goat in a field .")))["what is in the goat's mouth ?"]);

    [Fact]
    public void Object_OneKindOfAnimal_IsAsked() =>
        Assert.Equal("camel", Answers(ObjectQuestions.Of(Photo("A camel .", "Camels rest .", "A camel eats .")))["what animal is in the picture ?"]);

    [Fact]
    public void YesNo_ThingThatTwoCaptionsName_IsThere() =>
        Assert.Equal("yes", Answers(YesNoQuestions.Of(Photo("A horse .", "A pony eats .", "It eats grass .", "A white horse .")))["is there a horse ?"]);

    [Theory]
    [InlineData("is there a dog ?", "An animal in a field .")]
    [InlineData("is there a horse ?", "A jockey waits .")]
    [InlineData("is there a man ?", "A person waits .")]
    [InlineData("is there a bike ?", "A cyclist waits .")]
    [InlineData("is there a dog ?", "A puppy waits .")]
    public void YesNo_WordThatMayMeanIt_IsNeitherYesNorNo(string question, string caption) =>
        Assert.DoesNotContain(question, Answers(YesNoQuestions.Of(Photo(caption, "A quiet place .", "A calm place .", "A nice place ."))));

    [Fact]
    public void YesNo_NothingLikeIt_IsNo()
    {
        var answers = Answers(YesNoQuestions.Of(Photo("A camel sleeps .", "A camel rests .", "A camel lies in sand .", "A camel .")));

        Assert.Equal("no", answers["is there a motorcycle ?"]);
        Assert.Equal("no", answers["is there a woman ?"]);
        Assert.DoesNotContain("is there a beach ?", answers);
    }

    [Fact]
    public void YesNo_OnePersonOfAName_IsNoOther()
    {
        var answers = Answers(YesNoQuestions.Of(Photo("A woman waits .", "A lady waits .", "A woman stands .", "A woman sits .")));

        Assert.Equal("yes", answers["is there a woman ?"]);
        Assert.Equal("no", answers["is there a man ?"]);
        Assert.DoesNotContain("is there a girl ?", answers);
    }

    [Fact]
    public void YesNo_AgreedDeed_ExcludesOthers()
    {
        var answers = Answers(YesNoQuestions.Of(Photo("A camel sleeps .", "A camel is sleeping .", "A brown camel .", "A camel sleeps .")));

        Assert.Equal("yes", answers["is the camel sleeping ?"]);
        Assert.Equal("no", answers["is the camel running ?"]);
        Assert.DoesNotContain("is the camel lying ?", answers);
    }

    [Fact]
    public void YesNo_DeedThatACaptionSays_IsNotDenied()
    {
        var answers = Answers(YesNoQuestions.Of(Photo("A camel sleeps .", "A camel is sleeping .", "A camel sleeps .", "A camel runs .")));

        Assert.DoesNotContain("is the camel running ?", answers);
    }

    [Fact]
    public void YesNo_AgreedColor_ExcludesThoseThatNobodyNames()
    {
        var answers = Answers(YesNoQuestions.Of(Photo("A purple wagon .", "A wagon on green grass .", "A purple wagon .")));

        Assert.Equal("yes", answers["is the wagon purple ?"]);
        Assert.Equal("no", answers["is the wagon red ?"]);
        Assert.DoesNotContain("is the wagon green ?", answers);
    }
}
