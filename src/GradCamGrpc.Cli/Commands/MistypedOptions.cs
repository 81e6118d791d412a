using System.CommandLine;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Options that nobody knows: without this they would pass for photos or questions.</summary>
internal static class MistypedOptions
{
    /// <summary>Refuses them among an argument's values. A file may be called like one.</summary>
    public static void RefuseIn(Argument<string[]> argument) => argument.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !File.Exists(token.Value)))
            result.AddError($"there is no option '{token.Value}'; --help lists them");
    });
}
