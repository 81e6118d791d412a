using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>A call of a mix.</summary>
/// <param name="Name">What it asks.</param>
/// <param name="Expected">The status in which it is to end.</param>
/// <param name="RunAsync">Makes it, and reads all that comes.</param>
internal sealed record SoakCall(string Name, StatusCode Expected, Func<Task> RunAsync)
{
    public bool IsGood => Expected is StatusCode.OK;
}
