using System.CommandLine;
using System.CommandLine.Invocation;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Server.Hosting;

NativeTuning.Apply();

var serve = new Command("serve", "Serve gRPC.").AddServer();
var root = new RootCommand("Predicts what is on photos and shows where the network saw it.")
{
    ExplainCommand.Create(),
    GalleryCommand.Create(),
    CompareCommand.Create(),
    CompareModelsCommand.Create(),
    PerturbCommand.Create(),
    EvidenceCommand.Create(),
    SanityCommand.Create(),
    AuditCommand.Create(),
    ModelsCommand.Create(),
    EvalCommand.Create(),
    serve,
};
var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction mistyped)
    mistyped.ShowHelp = false;
return await parsed.InvokeAsync(parsed.CommandResult.Command == serve ? ServeCommand.Invocation : null);
