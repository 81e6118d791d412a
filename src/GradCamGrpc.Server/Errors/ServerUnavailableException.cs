namespace GradCamGrpc.Server.Errors;

/// <summary>A request that came before the server was ready, or while it was draining.</summary>
internal sealed class ServerUnavailableException(string message) : Exception(message);
