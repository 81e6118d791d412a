using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Cli.Commands;

/// <summary>What can go wrong with a command without a fault in it: its message is for whoever gave the command.</summary>
internal static class ExpectedFaults
{
    public static bool Include(Exception fault) => fault
        is InvalidOptionsException or InvalidModelException or CheckpointException or LibTorchException or EvaluationException
        or InvalidDataException or IOException or UnauthorizedAccessException;
}
