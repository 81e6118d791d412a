namespace GradCamGrpc.Models.Repository;

/// <summary>A model folder that cannot be served. It lists every fault that was found.</summary>
public sealed class InvalidModelException : Exception
{
    /// <summary>The faults of one folder.</summary>
    public InvalidModelException(string folder, IReadOnlyList<string> faults)
        : base($"the model in {folder} cannot be served:{string.Concat(faults.Select(fault => $"\n  - {fault}"))}")
    {
        Folder = folder;
        Faults = faults;
    }

    /// <summary>The model's folder.</summary>
    public string Folder { get; }

    /// <summary>What is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; }
}
