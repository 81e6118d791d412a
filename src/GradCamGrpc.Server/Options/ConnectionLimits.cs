namespace GradCamGrpc.Server.Options;

/// <summary>Limits of the connections of each address.</summary>
/// <param name="MaxConnections">Connections that may be open; one more is closed at once.</param>
/// <param name="MaxStreams">Calls that one connection may have open; one more waits at the client.</param>
/// <param name="MaxHeaderBytes">Bytes of a call's headers, metadata included, at most; larger ones are refused with status 431.</param>
/// <param name="HandshakeTimeout">How long a connection may take to say what it speaks: TLS, and the beginning of HTTP/2.</param>
/// <param name="KeepAlive">How long a client may be silent before it is asked whether it is still there.</param>
public sealed record ConnectionLimits(int MaxConnections, int MaxStreams, int MaxHeaderBytes, TimeSpan HandshakeTimeout, TimeSpan KeepAlive);
