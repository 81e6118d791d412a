namespace GradCamGrpc.Server.Options;

/// <summary>Settings that the server cannot run with. It lists every fault.</summary>
public sealed class InvalidOptionsException(IReadOnlyList<string> faults)
    : Exception($"the server cannot start:{string.Concat(faults.Select(fault => $"\n  - {fault}"))}")
{
    /// <summary>What is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
