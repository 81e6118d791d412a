namespace GradCamGrpc.Server.Errors;

/// <summary>A request for something that whoever asks may not use.</summary>
internal sealed class PermissionDeniedException(string message) : Exception(message);
