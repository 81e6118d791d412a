namespace GradCamGrpc.Models.Text;

/// <summary>Whether a text has one or more words in it as whole words, case aside: "cat" is in "tabby cat", and not in "catamaran".</summary>
public static class WholeWords
{
    /// <param name="words">The words, next to each other.</param>
    /// <param name="text">The text.</param>
    public static bool AreIn(string words, string text)
    {
        for (var at = 0; words.Length > 0 && (at = text.IndexOf(words, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            if (Begins(text, at) && Ends(text, at + words.Length))
                return true;
        }
        return false;
    }

    /// <param name="words">The words, next to each other.</param>
    /// <param name="text">The text.</param>
    public static bool AreEndOf(string words, string text) =>
        words.Length > 0 && text.EndsWith(words, StringComparison.OrdinalIgnoreCase) && Begins(text, text.Length - words.Length);

    private static bool Begins(string text, int at) => at == 0 || !char.IsLetterOrDigit(text[at - 1]);

    private static bool Ends(string text, int end) => end == text.Length || !char.IsLetterOrDigit(text[end]);
}
