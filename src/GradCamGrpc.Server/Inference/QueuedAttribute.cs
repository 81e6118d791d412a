namespace GradCamGrpc.Server.Inference;

/// <summary>Marks calls whose one message is a request to one model: where that has no room, the message need not be read.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QueuedAttribute : Attribute;
