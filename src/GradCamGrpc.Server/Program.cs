using System.CommandLine;
using GradCamGrpc.Server.Hosting;

return await new RootCommand("GradCamGrpc: predicts and explains over gRPC.").AddServer().Parse(args).InvokeAsync();
