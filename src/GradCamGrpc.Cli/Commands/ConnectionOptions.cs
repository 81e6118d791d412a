using System.CommandLine;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The options that say which server answers.</summary>
internal sealed class ConnectionOptions
{
    private readonly Option<Uri?> _server = Server("a server's address, such as localhost:50051 or http://127.0.0.1:50051 [GRADCAM_SERVER; default: none is needed, the models are run here]");

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
        HelpName = "ADDRESS",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var address = ServerAddress.Parse(text);
            if (address is null)
                result.AddError($"--server: '{text}' {ServerAddress.Needed}");
            return address;
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

    /// <exception cref="InvalidDataException">The environment names a server that is none.</exception>
    public Task<ServerConnection> OpenAsync(ParseResult parsed)
    {
        var models = parsed.GetValue(_models);
        var server = parsed.GetValue(_server) ?? (models is null ? ServerAddress.FromEnvironment() : null);
        return server is null ? ServerConnection.OpenOwnAsync(models) : Task.FromResult(ServerConnection.To(server, _trust.Read(parsed)));
    }
}
