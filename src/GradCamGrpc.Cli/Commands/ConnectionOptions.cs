using System.CommandLine;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The options that say which server answers.</summary>
internal sealed class ConnectionOptions
{
    private readonly Option<Uri?> _server = Server("a server's address, such as http://127.0.0.1:50051 [default: the models are run here]");

    private readonly Option<string?> _models = new("--models")
    {
        Description = "without --server: a model folder, or a folder of them [default: the embedded model]",
        HelpName = "DIR",
    };

    private readonly TrustOptions _trust = new();

    /// <summary>The option that names a server.</summary>
    public static Option<Uri?> Server(string description) => new("--server", "-s")
    {
        Description = description,
        HelpName = "URL",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                return address;
            result.AddError($"'{text}' is not an address such as http://127.0.0.1:50051");
            return null;
        },
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_models);
        _trust.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_server) is not null && result.GetResult(_models) is not null)
                result.AddError("--models goes without --server: a server has its own models");
        });
    }

    public Task<ServerConnection> OpenAsync(ParseResult parsed) => parsed.GetValue(_server) is { } server
        ? Task.FromResult(ServerConnection.To(server, _trust.Read(parsed)))
        : ServerConnection.OpenOwnAsync(parsed.GetValue(_models));
}
