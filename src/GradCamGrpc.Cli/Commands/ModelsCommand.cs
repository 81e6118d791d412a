using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Reports;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam models [NAME] [--labels [WORD]]</c></summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "the model to describe [default: list all]", Arity = ArgumentArity.ZeroOrOne };
        MistypedOptions.RefuseIn(name);
        var labels = new Option<string?>("--labels")
        {
            Description = "list the labels of the model's classes with their indices, or those with a word in them",
            HelpName = "WORD",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var connection = new ConnectionOptions();
        var command = new Command("models", "List the models, describe one, or find labels of its classes.") { name, labels, json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            IReport report = parsed.GetValue(json) ? new JsonReport(Console.Out) : new ConsoleReport();
            try
            {
                await using var server = await connection.OpenAsync(parsed);
                return parsed.GetResult(labels) is null
                    ? await TellAsync(server, parsed.GetValue(name), report, cancellation)
                    : await TellLabelsAsync(server, parsed.GetValue(name) ?? "", parsed.GetValue(labels) ?? "", report, cancellation);
            }
            catch (Exception fault) when (ExpectedFaults.Include(fault))
            {
                report.Fault(fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static Task<int> TellAsync(ServerConnection server, string? name, IReport report, CancellationToken cancellation) =>
        AskAsync(server, report, async () =>
        {
            if (name is null)
                await ListAsync(server.Models, report, cancellation);
            else
                report.Model(await DescribeAsync(server, name, cancellation));
            return 0;
        });

    private static Task<int> TellLabelsAsync(ServerConnection server, string name, string word, IReport report, CancellationToken cancellation) =>
        AskAsync(server, report, async () =>
        {
            var model = await DescribeAsync(server, name, cancellation);
            var classes = new LabelIndex(model.Labels).Search(word);
            report.Labels(model, classes);
            if (classes.Count > 0)
                return 0;
            report.Fault($"no label of the model '{model.Name}' has '{word}' in it");
            return 1;
        });

    private static async Task<int> AskAsync(ServerConnection server, IReport report, Func<Task<int>> ask)
    {
        try
        {
            return await ask();
        }
        catch (RpcException fault)
        {
            report.Fault(CallFaults.Describe(fault, server.Address));
            return 1;
        }
    }

    private static async Task<Model> DescribeAsync(ServerConnection server, string name, CancellationToken cancellation) =>
        (await server.Models.GetModelAsync(new GetModelRequest { Name = name }, cancellationToken: cancellation)).Model;

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
