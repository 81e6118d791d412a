namespace GradCamGrpc.Server.Telemetry;

/// <summary>What metrics tell of a model at a moment.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="IsReady">Whether it is loaded and warm.</param>
/// <param name="QueueLength">Requests that wait for it.</param>
/// <param name="QueueBytes">Bytes of inputs that wait for it.</param>
/// <param name="LeavingCalls">Calls that versions of it answer which were replaced, or unloaded.</param>
internal sealed record ModelFigures(string Name, bool IsReady, int QueueLength, long QueueBytes, int LeavingCalls);
