using System.CommandLine;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam train</c>: teaches heads.</summary>
internal static class TrainCommand
{
    public static Command Create() => new("train", "Teach a model to say more about photos.")
    {
        TrainCaptionsCommand.Create(),
        TrainVqaCommand.Create(),
    };
}
