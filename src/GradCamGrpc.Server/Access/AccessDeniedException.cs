namespace GradCamGrpc.Server.Access;

/// <summary>Nobody has been shown to call: a key or a token is missing, wrong or expired. The message says which, and never repeats it.</summary>
internal sealed class AccessDeniedException(string message) : Exception(message);
