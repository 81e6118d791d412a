using System.CommandLine;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Server.Hosting;

NativeTuning.Apply();

var root = new RootCommand("Predicts what is on photos and shows where the network saw it.")
{
    ExplainCommand.Create(),
    ModelsCommand.Create(),
    new Command("serve", "Serve gRPC.").AddServer(),
};
return await root.Parse(args).InvokeAsync();
