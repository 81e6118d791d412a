namespace GradCamGrpc.Models.Checkpoints;

/// <summary>A checkpoint that cannot be read, or does not fit its network. The message names the file and the tensor.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>A fault of the file as a whole.</summary>
    public CheckpointException(string file, string fault)
        : base($"{file}: {fault}")
    {
        File = file;
    }

    /// <summary>A fault of one tensor.</summary>
    public CheckpointException(string file, string tensor, string fault)
        : base($"{file}: tensor '{tensor}': {fault}")
    {
        File = file;
        Tensor = tensor;
    }

    /// <summary>The file as it was named by who opened it.</summary>
    public string File { get; }

    /// <summary>The tensor at fault, where it is one.</summary>
    public string? Tensor { get; }
}
