using System.CommandLine;
using System.CommandLine.Parsing;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Options that nobody knows: without this they would pass for photos or questions.</summary>
internal static class MistypedOptions
{
    /// <summary>Refuses them among an argument's values. A file may be called like one.</summary>
    public static void RefuseIn(Argument argument) => argument.Validators.Add(result =>
    {
        var options = result.Parent is CommandResult command ? command.Command.Options : [];
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !File.Exists(token.Value)))
            result.AddError(Told(token.Value, options));
    });

    /// <summary>Says that there is no such option, and which one was probably meant.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="options">The options there are.</param>
    public static string Told(string text, IEnumerable<Option> options) =>
        $"there is no option '{text}'; {Choices.Meant(text, options.Where(option => !option.Hidden).Select(option => option.Name)) ?? "--help lists them"}";
}
