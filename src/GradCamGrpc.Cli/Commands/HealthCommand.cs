using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam health</c>: for whatever starts, watches and ends servers, such as a container's health check.</summary>
internal static class HealthCommand
{
    /// <summary>Who has said nothing by then is not well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var address = ConnectionOptions.Server(
            "a server's address [GRADCAM_SERVER; default: the one that GRADCAM_LISTEN and GRADCAM_TLS_CERTIFICATE describe, on this machine]");
        var trust = new TrustOptions();
        var service = new Option<string>("--service")
        {
            Description = "what to ask about: a service, such as gradcam.v1.VqaService, or 'liveness' [default: the server as a whole]",
            HelpName = "NAME",
            DefaultValueFactory = _ => "",
        };
        var command = new Command("health", "Ask a server whether it serves; the exit status is 0 where it does.") { address, service };
        trust.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                var (server, believed) = (parsed.GetValue(address) ?? ServerAddress.FromEnvironment()) is { } named ? (named, trust.Read(parsed)) : OwnServer.Read(trust.Read(parsed));
                return await AskAsync(server, believed, parsed.GetRequiredValue(service), cancellation);
            }
            catch (Exception fault) when (ExpectedFaults.Include(fault))
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task<int> AskAsync(Uri server, ServerTrust trust, string service, CancellationToken cancellation)
    {
        using var channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions { HttpHandler = trust.Handler(), DisposeHttpClient = true });
        try
        {
            var answer = await new Health.HealthClient(channel).CheckAsync(
                new HealthCheckRequest { Service = service }, deadline: DateTime.UtcNow + Patience, cancellationToken: cancellation);
            var serves = answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
            Console.WriteLine(serves ? "serves" : "does not serve: it is starting or stopping");
            return serves ? 0 : 1;
        }
        catch (RpcException fault)
        {
            await Console.Error.WriteLineAsync(fault.StatusCode == StatusCode.NotFound
                ? $"the server at {server} has no service '{service}'"
                : CallFaults.Describe(fault, server));
            return 1;
        }
    }
}
