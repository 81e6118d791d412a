using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Server.Answering;

/// <summary>A question, as a head reads it.</summary>
/// <param name="Words">Its words, in lower case.</param>
/// <param name="Numbers">Their numbers; <see cref="Vocabulary.Unknown"/> for those that the head does not know.</param>
internal sealed record Question(IReadOnlyList<string> Words, IReadOnlyList<int> Numbers)
{
    /// <summary>How many scores stand for one where each word is left out in turn: the whole question's, and one for each word.</summary>
    public int ScoresWithWordsLeftOut => 1 + LeftOutPlaces.Count();

    /// <summary>The places whose word can be left out, so that a question is left.</summary>
    public IEnumerable<int> LeftOutPlaces => Words.Count > 1 ? Enumerable.Range(0, Words.Count) : [];

    /// <summary>The question without one of its words.</summary>
    public Question Without(int place) => new([.. Words.Where((_, other) => other != place)], [.. Numbers.Where((_, other) => other != place)]);
}
