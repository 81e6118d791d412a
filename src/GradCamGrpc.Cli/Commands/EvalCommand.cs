using System.CommandLine;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval</c>: what is measured on data.</summary>
internal static class EvalCommand
{
    public static Command Create() => new("eval", "Measure how good maps are.")
    {
        EvalCaptionsCommand.Create(),
        EvalLocalizationCommand.Create(),
        EvalFaithfulnessCommand.Create(),
        EvalSanityCommand.Create(),
        EvalDiscriminationCommand.Create(),
    };
}
