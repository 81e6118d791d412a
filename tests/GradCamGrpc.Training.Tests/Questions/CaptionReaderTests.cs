using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

public sealed class CaptionReaderTests
{
    private static CaptionReading Read(string caption) => CaptionReader.Read(caption, Lexicon.Default);

    private static Mention The(string concept, CaptionReading reading) => Assert.Single(reading.Mentions, mention => mention.Concept == concept);

    [Theory]
    [InlineData("A zebra drinks .", 1)]
    [InlineData("Four tired zebras drink .", 4)]
    [InlineData("Zebras drink .", null)]
    [InlineData("Another zebra drinks .", 1)]
    public void Read_Phrase_CountsAsItSays(string caption, int? number) => Assert.Equal(number, The("zebra", Read(caption)).Number);

    [Theory]
    [InlineData("A big purple wagon stands there .", "purple", true)]
    [InlineData("A wagon stands there .", null, false)]
    [InlineData("A purple and green wagon stands there .", null, true)]
    [InlineData("A striped wagon stands there .", null, true)]
    [InlineData("A green-and-purple wagon stands there .", null, true)]
    [InlineData("A grey wagon stands there .", "gray", true)]
    public void Read_Phrase_HasItsOneColor(string caption, string? colour, bool isColoured)
    {
        var wagon = The("wagon", Read(caption));

        Assert.Equal((colour, isColoured), (wagon.Colour, wagon.IsColoured));
    }

    [Fact]
    public void Read_AnimalWithColouredParts_HasNoColor() => Assert.Null(The("goat", Read("A white goat with black spots .")).Colour);

    [Theory]
    [InlineData("A goat pen stands there .")]
    [InlineData("The goat 's ears are long .")]
    public void Read_NounInAnothersName_IsNotClear(string caption) => Assert.False(The("goat", Read(caption)).IsClear);

    [Theory]
    [InlineData("A lady in a green hat is pushing a cart .", "woman", "push", "cart")]
    [InlineData("A lady wearing boots and a scarf pushes a cart .", "woman", "push", "cart")]
    [InlineData("An old lady slowly pushes her red cart .", "woman", "push", "cart")]
    [InlineData("Two ladies push a cart .", "woman", "push", "cart")]
    [InlineData("A lady in purple pushes a cart .", "woman", "push", "cart")]
    public void Read_Sentence_KnowsWhoDoesWhat(string caption, string subject, string verb, string thing)
    {
        var deed = Assert.Single(Read(caption).Deeds);

        Assert.Equal((subject, verb, thing), (deed.Subject.Concept, deed.Verb, deed.Object?.Concept));
    }

    [Theory]
    [InlineData("A man and a lady push a cart .")]
    [InlineData("A lady with a baby pushing a cart .")]
    [InlineData("A lady is about to leave .")]
    public void Read_SubjectInDoubt_HasNoDeed(string caption) => Assert.Empty(Read(caption).Deeds);

    [Fact]
    public void Read_AnimalBesideItsOwner_DoesNotDoTheOwnersDeed() =>
        Assert.DoesNotContain(Read("A lady holding a goat runs .").Deeds, deed => deed.Subject.Concept == "goat");

    [Fact]
    public void Read_TwoDeeds_KnowsBoth() =>
        Assert.Equal(["sit", "read"], Read("A lady sits on a bench reading a newspaper .").Deeds.Select(deed => deed.Verb));

    [Fact]
    public void Read_Clothing_KnowsWhoWearsIt() =>
        Assert.Equal(
            [("man", "hat"), ("man", "scarf")],
            Read("A man wearing a hat and a scarf waits .").Worn.Select(worn => (worn.Wearer.Concept, worn.Clothing.Concept)));

    [Theory]
    [InlineData("A goat looks at another .", true)]
    [InlineData("A white and a black goat .", true)]
    [InlineData("Two goats look at each other .", false)]
    public void Read_OthersWithoutNoun_SaysSo(string caption, bool expected) => Assert.Equal(expected, Read(caption).HasOthers);

    [Theory]
    [InlineData("A boy swings on a swing .", "swing")]
    [InlineData("The swing hangs there .", null)]
    public void Read_NounThatIsAVerb_IsReadByItsPlace(string caption, string? verb) =>
        Assert.Equal(verb, Read(caption).Deeds.Select(deed => deed.Verb).FirstOrDefault());

    [Fact]
    public void Read_EmptyCaption_HasNothing() => Assert.Empty(Read("").Mentions);
}
