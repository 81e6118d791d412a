namespace GradCamGrpc.Server.Access;

/// <summary>Who calls, as has been shown.</summary>
/// <param name="Name">What logs, shares of the queue and faults call them: unique among callers.</param>
/// <param name="Right">What they may call, and about which models.</param>
/// <param name="Quota">How much.</param>
internal sealed record Grant(string Name, AccessRight Right, Quota Quota);
