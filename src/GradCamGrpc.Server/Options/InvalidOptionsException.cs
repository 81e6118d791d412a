namespace GradCamGrpc.Server.Options;

/// <summary>Settings that the server cannot run with. It lists every fault.</summary>
/// <param name="faults">What is wrong, a sentence each.</param>
/// <param name="cause">What it was noticed by; null for a look at the settings.</param>
public sealed class InvalidOptionsException(IReadOnlyList<string> faults, Exception? cause = null)
    : Exception($"the server cannot start:{string.Concat(faults.Select(fault => $"\n  - {fault}"))}", cause)
{
    /// <summary>What is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
