using System.CommandLine;
using GradCamGrpc.Server.Hosting;

NativeTuning.Apply();

return await new RootCommand("GradCamGrpc: predicts and explains over gRPC.").AddServer().Parse(args).InvokeAsync(ServeCommand.Invocation);
