using System.CommandLine;
using System.CommandLine.Invocation;
using GradCamGrpc.Cli;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Server.Hosting;

NativeTuning.Apply();

var serve = new Command("serve", "Serve gRPC.").AddServer();
var root = new RootCommand("Predicts what is on photos and shows where the network saw it.")
{
    ExplainCommand.Create(),
    GalleryCommand.Create(),
    CaptionCommand.Create(),
    AskCommand.Create(),
    CompareCommand.Create(),
    CompareModelsCommand.Create(),
    PerturbCommand.Create(),
    VideoCommand.Create(),
    EvidenceCommand.Create(),
    SanityCommand.Create(),
    AuditCommand.Create(),
    ModelsCommand.Create(),
    EvalCommand.Create(),
    TrainCommand.Create(),
    HealthCommand.Create(),
    serve,
};
HelpPage.AddTo(root);
var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction)
    return await Mistakes.TellAsync(parsed, root);
if (parsed.CommandResult.Command == serve)
    return await parsed.InvokeAsync(ServeCommand.Invocation);
using var termination = new Termination();
return await termination.RunAsync(parsed);
