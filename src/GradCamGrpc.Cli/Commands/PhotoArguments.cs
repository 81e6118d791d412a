using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Which photos a command is about, and where it writes.</summary>
internal sealed class PhotoArguments
{
    private readonly Argument<string[]> _photos;

    private readonly Option<string> _decoding = new("--decoding")
    {
        Description = "how files are read: exact, or fast (large JPEG and WebP photos at a smaller scale, where nothing is drawn over the photo)",
        HelpName = "way",
        DefaultValueFactory = _ => "exact",
    };

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
            Description = count.MaximumNumberOfValues == 1 ? "the photo, a JPEG, PNG, WebP, GIF or BMP file" : "photos: JPEG, PNG, WebP, GIF or BMP files",
            Arity = count,
            CustomParser = result => [.. result.Tokens.Select(token => token.Value)],
        };
        MistypedOptions.RefuseIn(_photos);
        _decoding.AcceptOnly("exact", "fast");
        _folder.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && File.Exists(token.Value))
                result.AddError($"--out: '{token.Value}' is a file; a folder is needed");
        });
    }

    /// <summary>For a command that writes nothing.</summary>
    public void AddPhotosTo(Command command)
    {
        command.Arguments.Add(_photos);
        command.Options.Add(_decoding);
    }

    public void AddTo(Command command)
    {
        AddPhotosTo(command);
        command.Options.Add(_folder);
    }

    /// <summary>Calls about the photos.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="connection">Who answers.</param>
    public PhotoCalls Calls(ParseResult parsed, ConnectionOptions connection) =>
        new(() => connection.OpenAsync(parsed), parsed.GetValue(_decoding) == "fast" ? ImageDecoding.Fast : ImageDecoding.Unspecified);

    public string[] Photos(ParseResult parsed) => parsed.GetValue(_photos)!;

    /// <summary>Whether the folder is named on the command line.</summary>
    public bool NamesFolder(ParseResult parsed) => parsed.GetResult(_folder) is { Implicit: false };

    /// <summary>The folder; it is made where it does not exist.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public DirectoryInfo Folder(ParseResult parsed) => Directory.CreateDirectory(parsed.GetValue(_folder)!.FullName);
}
