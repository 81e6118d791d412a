using System.CommandLine;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Which photos a command is about, and where it writes.</summary>
internal sealed class PhotoArguments
{
    private readonly Argument<string[]> _photos;

    private readonly Option<DirectoryInfo> _folder = new("--out", "-o")
    {
        Description = "where pictures are written",
        HelpName = "DIR",
        DefaultValueFactory = _ => new DirectoryInfo("out"),
    };

    public PhotoArguments()
        : this(ArgumentArity.OneOrMore)
    {
    }

    /// <param name="count">How many photos there may be.</param>
    public PhotoArguments(ArgumentArity count)
    {
        _photos = new Argument<string[]>("PHOTO")
        {
            Description = "photos to explain",
            Arity = count,
            CustomParser = result => [.. result.Tokens.Select(token => token.Value)],
        };
        MistypedOptions.RefuseIn(_photos);
        _folder.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && File.Exists(token.Value))
                result.AddError($"--out: '{token.Value}' is a file; a folder is needed");
        });
    }

    /// <summary>For a command that writes nothing.</summary>
    public void AddPhotosTo(Command command) => command.Arguments.Add(_photos);

    public void AddTo(Command command)
    {
        AddPhotosTo(command);
        command.Options.Add(_folder);
    }

    public string[] Photos(ParseResult parsed) => parsed.GetValue(_photos)!;

    /// <summary>Whether the folder is named on the command line.</summary>
    public bool NamesFolder(ParseResult parsed) => parsed.GetResult(_folder) is { Implicit: false };

    /// <summary>The folder; it is made where it does not exist.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public DirectoryInfo Folder(ParseResult parsed) => Directory.CreateDirectory(parsed.GetValue(_folder)!.FullName);
}
