using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>A map and the files it was written to.</summary>
internal sealed record WrittenMap(SaliencyMap Map, IReadOnlyList<string> Files);
