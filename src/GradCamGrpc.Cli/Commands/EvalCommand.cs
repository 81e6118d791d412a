using System.CommandLine;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval</c>: what is measured on data.</summary>
internal static class EvalCommand
{
    public static Command Create() => new("eval", "Measure on data how good maps, captions and answers are.")
    {
        EvalCaptionsCommand.Create(),
        EvalVqaCommand.Create(),
        EvalGroundingCommand.Create(),
        EvalClassificationCommand.Create(),
        EvalPrecisionCommand.Create(),
        EvalLocalizationCommand.Create(),
        EvalFaithfulnessCommand.Create(),
        EvalSanityCommand.Create(),
        EvalDiscriminationCommand.Create(),
    };
}
