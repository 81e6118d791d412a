namespace GradCamGrpc.Server.Access;

/// <summary>A file that does not say who may call. It lists every fault.</summary>
/// <param name="faults">What is wrong, a sentence each.</param>
internal sealed class InvalidAccessFileException(IReadOnlyList<string> faults) : Exception(string.Join("; ", faults))
{
    /// <summary>What is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
