using System.Text.RegularExpressions;

namespace GradCamGrpc.Models.Text;

/// <summary>Splits sentences into words, and joins words into sentences.</summary>
public static partial class Words
{
    private const char TypographicApostrophe = '\u2019';

    /// <summary>
    /// The words of a text, in lower case: runs of letters, digits and underscores, hyphens between them included, and endings such as
    /// <c>'s</c> apart, also where their apostrophe is the typographic one. Punctuation is left out.
    /// </summary>
    public static IReadOnlyList<string> Of(string text) =>
        [.. Pattern().Matches(text.ToLowerInvariant().Replace(TypographicApostrophe, '\'')).Select(match => match.Value)];

    /// <summary>A sentence of words, without a full stop.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words).Replace(" '", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*|'[\p{L}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
