namespace GradCamGrpc.Server.Services;

/// <summary>Marks a service whose calls each take a place in a model's queue, but for those to which their client streams.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AsksModelAttribute : Attribute;
