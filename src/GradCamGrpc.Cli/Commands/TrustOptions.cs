using System.CommandLine;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The options that say which server is believed, and who asks it.</summary>
internal sealed class TrustOptions
{
    private readonly Option<FileInfo?> _authorities = Pem("--ca", "whoever signs the server's certificate [default: those that the system trusts]");
    private readonly Option<FileInfo?> _certificate = Pem("--cert", "this client's certificate, for servers that ask for one");
    private readonly Option<FileInfo?> _key = Pem("--key", "the private key of --cert");

    public void AddTo(Command command)
    {
        command.Options.Add(_authorities);
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_certificate) is null != result.GetResult(_key) is null)
                result.AddError("--cert and --key go together");
        });
    }

    public ServerTrust Read(ParseResult parsed) =>
        new(parsed.GetValue(_authorities)?.FullName, parsed.GetValue(_certificate)?.FullName, parsed.GetValue(_key)?.FullName);

    private static Option<FileInfo?> Pem(string name, string description) =>
        new(name) { Description = $"with an https server: PEM file of {description}", HelpName = "FILE" };
}
