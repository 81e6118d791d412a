using System.CommandLine;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Server.Hosting;

/// <summary>The command line of the server.</summary>
public static class ServeCommand
{
    /// <summary>The exit status where settings, an address or a model are at fault.</summary>
    private const int Fault = 1;

    /// <summary>The exit status where accepted calls were cut off at the drain's timeout.</summary>
    private const int CutOff = 2;

    /// <summary>How the command is invoked. The host itself waits for signals: ended from without, it could not answer what it has accepted.</summary>
    public static InvocationConfiguration Invocation => new() { ProcessTerminationTimeout = null };

    /// <summary>Adds the server's options and what it does to a command.</summary>
    public static T AddServer<T>(this T command)
        where T : Command
    {
        var options = Settings.All.ToDictionary(setting => setting, ToOption);
        foreach (var option in options.Values)
            command.Options.Add(option);
        command.SetAction((parsed, _) => RunAsync(setting =>
            parsed.GetValue(options[setting]) ?? Environment.GetEnvironmentVariable(setting.Variable)));
        return command;
    }

    private static Option<string?> ToOption(Setting setting) => new(setting.Option)
    {
        Description = $"{setting.Help} [{setting.Variable}; default: {setting.Default}]",
        HelpName = "value",
    };

    private static async Task<int> RunAsync(Func<Setting, string?> written)
    {
        try
        {
            var server = GradCamServer.Build(ServerOptionsReader.Read(written));
            await using (server)
                return await RunAsync(server);
        }
        catch (Exception fault) when (fault is InvalidOptionsException or InvalidModelException or LibTorchException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return Fault;
        }
    }

    private static async Task<int> RunAsync(GradCamServer server)
    {
        await server.StartAsync();
        var shutdown = server.WaitForShutdownAsync();
        await Task.WhenAny(server.WhenReady, shutdown);
        if (server.WhenReady.IsCompletedSuccessfully)
            Console.WriteLine(Welcome.Text(server));
        await shutdown;
        return server.HasFailed ? Fault : server.HasCutCalls ? CutOff : 0;
    }
}
