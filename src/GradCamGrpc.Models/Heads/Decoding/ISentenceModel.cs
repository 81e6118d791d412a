namespace GradCamGrpc.Models.Heads.Decoding;

/// <summary>Says how likely each word comes next.</summary>
public interface ISentenceModel
{
    /// <summary>Goes on with sentences, each by one word.</summary>
    /// <param name="sentences">
    /// For each sentence the index, in the call before, of the one that it continues, and the word that it adds. The first call has one
    /// sentence, of the start alone, and its index is 0.
    /// </param>
    /// <returns>For each sentence the logarithm of each word's probability to come next.</returns>
    IReadOnlyList<float[]> NextWords(IReadOnlyList<(int Parent, int Word)> sentences);
}
