using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Tests.Questions;

public sealed class WordFormsTests
{
    [Theory]
    [InlineData("play", "playing")]
    [InlineData("ride", "riding")]
    [InlineData("lie", "lying")]
    [InlineData("run", "running")]
    [InlineData("throw", "throwing")]
    [InlineData("eat", "eating")]
    [InlineData("climb", "climbing")]
    [InlineData("ski", "skiing")]
    [InlineData("carry", "carrying")]
    public void Ing_RegularVerb_IsSpeltByRule(string verb, string expected) => Assert.Equal(expected, WordForms.Ing(verb));

    [Theory]
    [InlineData("run", "runs")]
    [InlineData("catch", "catches")]
    [InlineData("carry", "carries")]
    [InlineData("play", "plays")]
    [InlineData("go", "goes")]
    public void ThirdPerson_RegularVerb_IsSpeltByRule(string verb, string expected) => Assert.Equal(expected, WordForms.ThirdPerson(verb));

    [Theory]
    [InlineData("boat", "boats")]
    [InlineData("bus", "buses")]
    [InlineData("bench", "benches")]
    [InlineData("puppy", "puppies")]
    [InlineData("boy", "boys")]
    [InlineData("box", "boxes")]
    public void Plural_RegularNoun_IsSpeltByRule(string noun, string expected) => Assert.Equal(expected, WordForms.Plural(noun));

    [Theory]
    [InlineData("men", "man")]
    [InlineData("children", "child")]
    [InlineData("puppies", "dog")]
    [InlineData("bicycles", "bike")]
    [InlineData("geese", "bird")]
    public void Nouns_PluralOrSynonym_MeansItsConcept(string written, string concept)
    {
        var noun = Lexicon.Default.Nouns[written];

        Assert.Equal((concept, false, true), (noun.Concept, noun.CanBeOne, noun.CanBeMany));
    }
}
