using System.CommandLine;
using System.CommandLine.Parsing;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Tells what is wrong with a command line.</summary>
internal static class Mistakes
{
    /// <summary>Tells each mistake in a line on standard error; and where a command is left out, which commands there are.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> TellAsync(ParseResult parsed, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        var help = string.Join(' ', Names(parsed.CommandResult).Append("--help"));
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
        {
            await root.Parse(help).InvokeAsync();
            return 1;
        }
        foreach (var message in Messages(parsed, command))
            await Console.Error.WriteLineAsync(message);
        await Console.Error.WriteLineAsync($"gradcam {help} tells what there is");
        return 1;
    }

    /// <summary>The names of a command and of those that it is a part of, without the program's.</summary>
    private static IEnumerable<string> Names(CommandResult result) =>
        result.Parent is CommandResult whole ? Names(whole).Append(result.Command.Name) : [];

    private static IEnumerable<string> Messages(ParseResult parsed, Command command)
    {
        // What stands behind an unknown option is its value, and no mistake of its own.
        var options = parsed.UnmatchedTokens.Where(token => token.StartsWith('-')).Select(token => MistypedOptions.Told(token, command.Options)).ToArray();
        var unmatched = options.Length > 0 ? options : [.. parsed.UnmatchedTokens.Take(1).Select(token => Unexpected(token, command))];
        var others = unmatched.Length > 0 && command.Subcommands.Count > 0 ? [] : parsed.Errors.Where(error => !IsOf(parsed.UnmatchedTokens, error));
        return unmatched.Concat(others.Select(error => error.Message));
    }

    private static string Unexpected(string token, Command command) => command.Subcommands.Count == 0
        ? $"nothing is expected at '{token}'"
        : $"there is no command '{token}'; {Choices.Meant(token, command.Subcommands.Select(one => one.Name)) ?? $"there are {string.Join(", ", command.Subcommands.Select(one => one.Name))}"}";

    private static bool IsOf(IEnumerable<string> tokens, ParseError error) =>
        error.SymbolResult is CommandResult && tokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal));
}
