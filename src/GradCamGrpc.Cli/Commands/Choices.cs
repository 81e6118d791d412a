using System.CommandLine;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Options whose values are names of a list. What is none of them is told in one line, with what was probably meant.</summary>
internal static class Choices
{
    /// <summary>Refuses all values but these.</summary>
    public static void AcceptOnly(this Option option, params IEnumerable<string> names)
    {
        string[] known = [.. names];
        option.Accept(known, known.Contains);
    }

    /// <summary>Refuses values that are not known.</summary>
    /// <param name="option">The option.</param>
    /// <param name="names">The names there are, for the help, for completion and for whoever mistypes one.</param>
    /// <param name="isKnown">Whether a value is one of them, however it is written.</param>
    public static void Accept(this Option option, IReadOnlyList<string> names, Func<string, bool> isKnown)
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add([.. names]);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !isKnown(token.Value)))
                result.AddError($"{option.Name}: '{token.Value}' is not known; {Meant(token.Value, names) ?? $"there are {string.Join(", ", names)}"}");
        });
    }

    /// <summary>Fewer letters are near to everything.</summary>
    private const int FewestLetters = 3;

    /// <summary>The question whether a name was meant that is spelt nearly so; null where there is none.</summary>
    public static string? Meant(string text, IEnumerable<string> names)
    {
        var letters = text.TrimStart('-');
        if (letters.Length < FewestLetters)
            return null;
        var byLetters = names.DistinctBy(name => name.TrimStart('-')).ToDictionary(name => name.TrimStart('-'));
        string[] begun = [.. byLetters.Keys.Where(name => name.StartsWith(letters, StringComparison.OrdinalIgnoreCase))];
        string[] near = [.. (begun.Length > 0 ? begun : Suggestions.Closest(letters, byLetters.Keys)).Take(3).Select(name => byLetters[name])];
        return near.Length == 0 ? null : $"did you mean {string.Join(" or ", near)}?";
    }
}
