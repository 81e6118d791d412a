using System.CommandLine;
using GradCamGrpc.Cli.Reports;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
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
                if (parsed.GetValue(name) is { } wanted)
                {
                    var response = await server.Models.GetModelAsync(new GetModelRequest { Name = wanted }, cancellationToken: cancellation);
                    report.Model(response.Model);
                }
                else
                {
                    await ListAsync(server.Models, report, cancellation);
                }
                return 0;
            }
            catch (RpcException fault)
            {
                report.Fault($"{fault.StatusCode}: {fault.Status.Detail}");
                return 1;
            }
            catch (Exception fault) when (fault is InvalidModelException or LibTorchException)
            {
                report.Fault(fault.Message);
                return 1;
            }
        });
        return command;
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
