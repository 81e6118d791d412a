using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The help: the usual of each command, and examples; of the program its commands by what they are for.</summary>
/// <param name="usual">The usual help.</param>
internal sealed class HelpPage(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
{
    private static readonly (string Title, string[] Commands)[] Groups =
    [
        ("Photos and films", ["explain", "gallery", "caption", "ask", "video"]),
        ("Why, and whether to believe it", ["compare", "compare-models", "perturb", "evidence", "sanity", "audit"]),
        ("Models and servers", ["models", "serve", "health"]),
        ("Measuring and teaching", ["eval", "train"]),
    ];

    /// <summary>Puts it in the place of the usual help.</summary>
    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpPage((SynchronousCommandLineAction)option.Action!);
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        if (command is RootCommand root)
        {
            Write(root, output);
            return 0;
        }
        usual.Invoke(parseResult);
        if (Examples.Of(command) is { Count: > 0 } examples)
            Write("Examples:", examples, output);
        return 0;
    }

    /// <summary>Tells the program's commands.</summary>
    public static void Write(RootCommand root, TextWriter output)
    {
        output.WriteLine(root.Description);
        output.WriteLine();
        output.WriteLine("Usage: gradcam COMMAND …; gradcam COMMAND --help tells its options");
        output.WriteLine();
        var width = root.Subcommands.Max(command => command.Name.Length);
        foreach (var (title, names) in Groups)
        {
            var commands = names.Select(name => root.Subcommands.Single(command => command.Name == name));
            Write($"{title}:", commands.Select(command => $"{command.Name.PadRight(width)}  {FirstSentence(command)}"), output);
        }
        Write("Examples:", ["gradcam explain cat.jpg", "gradcam ask cat.jpg \"what color is the cat\"", "gradcam models --labels cat"], output);
        output.WriteLine("No command needs a server but health: without --server the models are run here. GRADCAM_SERVER names one for all commands.");
    }

    private static string FirstSentence(Command command)
    {
        var purpose = command.Description ?? "";
        var end = purpose.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? purpose : purpose[..(end + 1)];
    }

    private static void Write(string title, IEnumerable<string> lines, TextWriter output)
    {
        output.WriteLine(title);
        foreach (var line in lines)
            output.WriteLine($"  {line}");
        output.WriteLine();
    }
}
