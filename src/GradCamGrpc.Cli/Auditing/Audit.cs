namespace GradCamGrpc.Cli.Auditing;

/// <summary>What came of an audit.</summary>
/// <param name="Result">The figures.</param>
/// <param name="Pictures">Each class's pictures, by its index.</param>
/// <param name="Worst">The worst photos with their maps, a JPEG file.</param>
internal sealed record Audit(AuditResult Result, IReadOnlyDictionary<int, ClassPictures> Pictures, byte[] Worst);
