using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Reports;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam models [NAME]</c></summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "the model to describe [default: list all]", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var connection = new ConnectionOptions();
        var command = new Command("models", "List the models, or describe one.") { name, json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            IReport report = parsed.GetValue(json) ? new JsonReport(Console.Out) : new ConsoleReport();
            try
            {
                await using var server = await connection.OpenAsync(parsed);
                return await TellAsync(server, parsed.GetValue(name), report, cancellation);
            }
            catch (Exception fault) when (ExpectedFaults.Include(fault))
            {
                report.Fault(fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task<int> TellAsync(ServerConnection server, string? name, IReport report, CancellationToken cancellation)
    {
        try
        {
            if (name is null)
                await ListAsync(server.Models, report, cancellation);
            else
                report.Model((await server.Models.GetModelAsync(new GetModelRequest { Name = name }, cancellationToken: cancellation)).Model);
            return 0;
        }
        catch (RpcException fault)
        {
            report.Fault(CallFaults.Describe(fault, server.Address));
            return 1;
        }
    }

    private static async Task ListAsync(ModelService.ModelServiceClient client, IReport report, CancellationToken cancellation)
    {
        var token = "";
        do
        {
            var page = await client.ListModelsAsync(new ListModelsRequest { PageToken = token }, cancellationToken: cancellation);
            report.Models(page.Models);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
    }
}
